import { systemClock, AppError, type Clock } from '@shotloom/kernel';
import {
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
import { answerHailuoChallenge, parseHailuoCallback } from './callback';
import { failure, HailuoClient, secretsOf } from './client';
import { PROVIDER } from './errors';
import { toCreate } from './mapping';
import { pollTask } from './poll';

export interface HailuoAdapterOptions {
  /** For example `https://api.minimax.io`. */
  readonly baseUrl: string;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  /** Milliseconds for a call; default 30,000. */
  readonly timeoutMs?: number;
}

/** A person waits for it. Milliseconds. */
const CHECK_TIMEOUT_MS = 8_000;
/** No task has it; asking for it costs nothing, and says whether the key is one. */
const NO_TASK = { api: 'v1', id: '1' } as const;

/** MiniMax behind the interface of all vendors: which of its two APIs serves a call is nobody else's business. */
export class HailuoAdapter implements VendorAdapter {
  readonly provider = PROVIDER;
  readonly capabilities: VendorCapabilities = {
    maxPollBatch: 1,
    lookup: false,
    cancel: false,
    callbacks: 'unsigned',
    inlineInputs: true,
  };
  private readonly client: HailuoClient;
  private readonly clock: Clock;

  constructor({ clock = systemClock, ...options }: HailuoAdapterOptions) {
    this.clock = clock;
    this.client = new HailuoClient(new VendorHttpClient({ provider: PROVIDER, ...options }));
  }

  async submit(task: VendorTask, call: VendorCall): Promise<Submitted> {
    const { api, json, notes } = toCreate(task);
    const vendorTaskId = await this.client.create(api, json, call);
    return { externalTaskId: task.attemptId, vendorTaskId, notes, adopted: false };
  }

  async poll(tasks: readonly TaskRef[], call: VendorCall): Promise<readonly PollAnswer[]> {
    const answers: PollAnswer[] = [];
    for (const task of tasks) answers.push(await pollTask(this.client, task, call, this.clock));
    return answers;
  }

  answerChallenge(rawBody: Uint8Array): Readonly<Record<string, string>> | null {
    return answerHailuoChallenge(rawBody);
  }

  parseCallback(callback: IncomingCallback): CallbackVerdict {
    return parseHailuoCallback(callback);
  }

  /** Asks for a task that is nobody's: any answer but a refusal of the key means that the key is accepted. */
  async testConnection(call: VendorCall): Promise<ConnectionReport> {
    const what = 'Asked MiniMax for a task with this key';
    const timeoutMs = Math.min(call.timeoutMs ?? CHECK_TIMEOUT_MS, CHECK_TIMEOUT_MS);
    try {
      const response = await this.client.task(NO_TASK, { ...call, timeoutMs });
      const error = failure('v1', response, 'reads', secretsOf(call));
      if (error !== null && error.code !== 'invalid_input') throw error;
      return { ok: true, checks: [{ what, ok: true, detail: 'The key is accepted.' }] };
    } catch (thrown) {
      const { message, vendorMessage } = AppError.from(thrown);
      const detail = vendorMessage ? `${message} MiniMax said: ${vendorMessage}` : message;
      return { ok: false, checks: [{ what, ok: false, detail }] };
    }
  }
}
