import { AppError, systemClock, type Clock } from '@shotloom/kernel';
import {
  sharedDeadline,
  VendorHttpClient,
  type CallbackVerdict,
  type ConnectionReport,
  type IncomingCallback,
  type PollAnswer,
  type Submitted,
  type TaskRef,
  type VendorAdapter,
  type VendorCall,
  type VendorCapabilities,
  type VendorTask,
} from '@shotloom/provider-kit';
import { checkConnection } from './account';
import { parseReplicateCallback } from './callback';
import { ReplicateClient } from './client';
import { PROVIDER } from './errors';
import { toCreate } from './mapping';
import { cancelOne, MAX_POLL, pollSome } from './poll';

export interface ReplicateAdapterOptions {
  /** For example `https://api.replicate.com`. */
  readonly baseUrl: string;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  /** Milliseconds for a submit, its uploads included, and for any other call; default 30,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Replicate behind the interface of all vendors. */
export class ReplicateAdapter implements VendorAdapter {
  readonly provider = PROVIDER;
  readonly capabilities: VendorCapabilities = {
    maxPollBatch: MAX_POLL,
    lookup: false,
    cancel: true,
    callbacks: 'signed',
    inlineInputs: true,
  };
  private readonly client: ReplicateClient;
  private readonly clock: Clock;
  private readonly timeoutMs: number;

  constructor({ clock = systemClock, timeoutMs = DEFAULT_TIMEOUT_MS, ...options }: ReplicateAdapterOptions) {
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    this.client = new ReplicateClient(new VendorHttpClient({ provider: PROVIDER, timeoutMs, ...options }));
  }

  async submit(task: VendorTask, call: VendorCall): Promise<Submitted> {
    const { path, body, files, notes } = toCreate(task);
    const next = sharedDeadline(PROVIDER, call, this.timeoutMs);
    const addresses: Record<string, string> = {};
    for (const { name, file } of files) {
      addresses[name] = file.url ?? (await this.client.upload(file, next()));
    }
    const json = { ...body, input: { ...body.input, ...addresses } };
    const vendorTaskId = await this.client.create(path, json, next());
    return { externalTaskId: task.attemptId, vendorTaskId, notes, adopted: false };
  }

  async poll(tasks: readonly TaskRef[], call: VendorCall): Promise<readonly PollAnswer[]> {
    const answers: PollAnswer[] = [];
    for (let from = 0; from < tasks.length; from += MAX_POLL) {
      answers.push(...(await pollSome(this.client, tasks.slice(from, from + MAX_POLL), call)));
    }
    return answers;
  }

  async cancel({ vendorTaskId }: TaskRef, call: VendorCall): Promise<'cancelled' | 'requested' | 'tooLate'> {
    if (vendorTaskId !== null) return cancelOne(this.client, vendorTaskId, call);
    const words = 'Replicate stops a prediction by its own id only, which was lost with its answer.';
    throw new AppError('provider_failed', words, { provider: PROVIDER, retryable: true });
  }

  parseCallback(callback: IncomingCallback): CallbackVerdict {
    return parseReplicateCallback(callback, this.clock);
  }

  testConnection(call: VendorCall): Promise<ConnectionReport> {
    return checkConnection(this.client, call);
  }
}
