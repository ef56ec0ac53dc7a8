import { AppError, systemClock, type Clock } from '@shotloom/kernel';
import {
  sharedDeadline,
  VendorHttpClient,
  type BalanceReport,
  type ConnectionReport,
  type InlineFile,
  type PollAnswer,
  type PollOutcome,
  type Submitted,
  type TaskRef,
  type VendorAdapter,
  type VendorCall,
  type VendorCapabilities,
  type VendorTask,
} from '@shotloom/provider-kit';
import { checkConnection, readBalance } from './account';
import { RunwayClient } from './client';
import { PROVIDER } from './errors';
import { toCreate, type Frame } from './mapping';
import { readTask } from './outcome';
import { handOver } from './pictures';

export interface RunwayAdapterOptions {
  /** For example `https://api.dev.runwayml.com`. */
  readonly baseUrl: string;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  /** Milliseconds for a submit, its uploads included, and for any other call; default 30,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const LOST_ID = 'Runway finds a task by its own id only, which was lost with its answer.';

/** Runway behind the interface of all vendors. */
export class RunwayAdapter implements VendorAdapter {
  readonly provider = PROVIDER;
  readonly capabilities: VendorCapabilities = {
    maxPollBatch: 1,
    lookup: false,
    cancel: true,
    callbacks: 'none',
    inlineInputs: true,
  };
  private readonly client: RunwayClient;
  private readonly clock: Clock;
  private readonly timeoutMs: number;

  constructor({ clock = systemClock, timeoutMs = DEFAULT_TIMEOUT_MS, ...options }: RunwayAdapterOptions) {
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    const http = new VendorHttpClient({ provider: PROVIDER, timeoutMs, ...options });
    this.client = new RunwayClient(http, options.baseUrl);
  }

  async submit(task: VendorTask, call: VendorCall): Promise<Submitted> {
    const { route, body, frames, notes } = toCreate(task);
    const next = sharedDeadline(PROVIDER, call, this.timeoutMs);
    const promptImage = await this.promptImage(frames, next);
    const vendorTaskId = await this.client.create(route, { ...body, ...promptImage }, next());
    return { externalTaskId: task.attemptId, vendorTaskId, notes, adopted: false };
  }

  async poll(tasks: readonly TaskRef[], call: VendorCall): Promise<readonly PollAnswer[]> {
    const answers: PollAnswer[] = [];
    for (const { attemptId, vendorTaskId } of tasks) {
      const outcome = vendorTaskId === null ? lostId() : await this.look(vendorTaskId, call);
      answers.push({ attemptId, vendorTaskId, outcome });
    }
    return answers;
  }

  /** To stop a task that has ended would delete its video, so that it is asked for before. */
  async cancel({ vendorTaskId }: TaskRef, call: VendorCall): Promise<'cancelled' | 'tooLate'> {
    const outcome = vendorTaskId === null ? lostId() : await this.look(vendorTaskId, call);
    switch (outcome.kind) {
      case 'succeeded':
      case 'failed':
        return 'tooLate';
      case 'running':
        await this.client.stop(vendorTaskId ?? '', call);
        return 'cancelled';
      // Those that were stopped are not shown again.
      case 'notFound':
        return 'cancelled';
      case 'unavailable':
      case 'unreadable':
        throw outcome.error;
      case 'unknownStatus': {
        const words = `The task is ${outcome.word} at Runway, which may mean that it has ended: it is not stopped, since that could delete its video.`;
        throw new AppError('provider_failed', words, { provider: PROVIDER, retryable: true });
      }
    }
  }

  testConnection(call: VendorCall): Promise<ConnectionReport> {
    return checkConnection(this.client, call);
  }

  balance(call: VendorCall): Promise<BalanceReport> {
    return readBalance(this.client, call);
  }

  private async look(id: string, call: VendorCall): Promise<PollOutcome> {
    try {
      const body = await this.client.task(id, call);
      return body === null ? { kind: 'notFound' } : readTask(body, id, this.clock);
    } catch (error) {
      return { kind: 'unavailable', error: AppError.from(error) };
    }
  }

  /** A picture alone is written as its address; a last one needs both with their positions. */
  private async promptImage(
    frames: readonly Frame[],
    next: () => VendorCall,
  ): Promise<Record<string, unknown>> {
    const written: { uri: string | InlineFile; position: Frame['position'] }[] = [];
    for (const { input, position } of frames) {
      written.push({ uri: handOver(input) ?? (await this.client.upload(input, next())), position });
    }
    const [first, ...more] = written;
    if (first === undefined) return {};
    return { promptImage: more.length === 0 ? first.uri : written };
  }
}

const lostId = (): PollOutcome => ({
  kind: 'unavailable',
  error: new AppError('provider_failed', LOST_ID, { provider: PROVIDER, retryable: true }),
});
