import { pause } from './backoff';
import { isFinal, ShotloomError } from './errors';
import { randomKey } from './idempotency';
import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { CallOptions, TextBody, Transport } from './transport';
import type { BatchDetail, BatchPage, BatchQuote, CreateBatch, StoppedJobs } from './types';

export interface BatchOptions extends CallSignal {
  /** The same key and body give the same batch. Default: a random one, kept through this call's own retries. */
  readonly idempotencyKey?: string;
}

/** A batch as a file has it, JSON or CSV. Only the server reads it, so that it means the same to everybody. */
export interface BatchFile extends TextBody {
  readonly type: 'application/json' | 'text/csv';
}

export interface BatchWaitOptions extends CallSignal {
  /** The batch as it is now, at first and after each look. */
  readonly onUpdate?: (batch: BatchDetail) => void;
}

type Content = Pick<CallOptions, 'body' | 'text'>;

const PATH = '/api/v1/batches';
/** The answer and the work behind it grow with the videos, so a large batch is looked at less often: at so many half as often. */
const MANY_VIDEOS = 100;

/** Many orders at once: all of them or none. An unknown id and another user's look the same: `not_found`. */
export class BatchesApi {
  constructor(
    private readonly transport: Transport,
    /** Milliseconds between two looks at a small batch. */
    private readonly pollEveryMs: number,
  ) {}

  /** What it would cost now. What is refused here would be refused there; nothing is written. */
  quote(body: CreateBatch, options: CallSignal = {}): Promise<BatchQuote> {
    return this.ask({ body }, options);
  }

  create(body: CreateBatch, options: BatchOptions = {}): Promise<BatchDetail> {
    return this.order({ body }, options);
  }

  /** As `quote`, of a file. */
  quoteFrom(text: BatchFile, options: CallSignal = {}): Promise<BatchQuote> {
    return this.ask({ text }, options);
  }

  /** As `create`, of a file. */
  createFrom(text: BatchFile, options: BatchOptions = {}): Promise<BatchDetail> {
    return this.order({ text }, options);
  }

  private ask(content: Content, { signal }: CallSignal): Promise<BatchQuote> {
    return this.transport.call<BatchQuote>(`${PATH}/quote`, {
      ...content,
      method: 'POST',
      repeatable: true,
      signal,
    });
  }

  private order(
    content: Content,
    { signal, idempotencyKey = randomKey() }: BatchOptions,
  ): Promise<BatchDetail> {
    return this.transport.call<BatchDetail>(PATH, { ...content, method: 'POST', idempotencyKey, signal });
  }

  /** How far it is, what it cost so far, and its jobs. */
  get(id: string, { signal }: CallSignal = {}): Promise<BatchDetail> {
    return this.transport.call<BatchDetail>(pathOf(id), { signal });
  }

  /** Newest first. */
  list(page: PageOptions = {}, { signal }: CallSignal = {}): Promise<BatchPage> {
    return this.transport.call<BatchPage>(PATH, { query: pageQuery(page), signal });
  }

  /** Cancels what has not ended. */
  cancel(id: string, { signal }: CallSignal = {}): Promise<StoppedJobs> {
    return this.transport.call<StoppedJobs>(`${pathOf(id)}/cancel`, { method: 'POST', signal });
  }

  /**
   * The batch once all its videos have ended, in whatever way: look at `counts`. Rejects when the signal is aborted, the key is refused or
   * there is no such batch; a server that is away for a while is asked on.
   */
  async wait(id: string, { onUpdate, signal }: BatchWaitOptions = {}): Promise<BatchDetail> {
    const call = signal ? { signal } : {};
    let batch = await this.get(id, call);
    onUpdate?.(batch);
    while (batch.status !== 'ended') {
      await pause(this.pollEveryMs * (1 + batch.videos / MANY_VIDEOS), signal);
      const seen = await this.get(id, call).catch((error: unknown) => {
        if (!(error instanceof ShotloomError) || isFinal(error)) throw error;
      });
      if (!seen) continue;
      batch = seen;
      onUpdate?.(batch);
    }
    return batch;
  }
}

const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
