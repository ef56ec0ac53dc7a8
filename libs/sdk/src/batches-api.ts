import { randomKey } from './idempotency';
import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { Transport } from './transport';
import type { BatchDetail, BatchPage, BatchQuote, CreateBatch, StoppedJobs } from './types';

export interface BatchOptions extends CallSignal {
  /** The same key and body give the same batch. Default: a random one, kept through this call's own retries. */
  readonly idempotencyKey?: string;
}

const PATH = '/api/v1/batches';

/** Many orders at once: all of them or none. An unknown id and another user's look the same: `not_found`. */
export class BatchesApi {
  constructor(private readonly transport: Transport) {}

  /** What it would cost now. What is refused here would be refused there; nothing is written. */
  quote(body: CreateBatch, { signal }: CallSignal = {}): Promise<BatchQuote> {
    return this.transport.call<BatchQuote>(`${PATH}/quote`, {
      method: 'POST',
      body,
      repeatable: true,
      signal,
    });
  }

  create(
    body: CreateBatch,
    { signal, idempotencyKey = randomKey() }: BatchOptions = {},
  ): Promise<BatchDetail> {
    return this.transport.call<BatchDetail>(PATH, { method: 'POST', body, idempotencyKey, signal });
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
}

const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
