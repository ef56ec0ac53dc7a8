import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AppError, systemClock, type Clock } from '@shotloom/kernel';
import {
  beforeCreate,
  sharedDeadline,
  VendorHttpClient,
  wrongShape,
  type ConnectionReport,
  type OpenedVideo,
  type PollAnswer,
  type PollOutcome,
  type Submitted,
  type TaskRef,
  type VendorAdapter,
  type VendorCall,
  type VendorCapabilities,
  type VendorTask,
} from '@shotloom/provider-kit';
import { checkConnection } from './account';
import { LovartClient } from './client';
import { PROVIDER } from './errors';
import { toChat, type LovartChat } from './mapping';
import { lookAt, type Pause } from './poll';
import { toTaskId } from './task-id';

export interface LovartAdapterOptions {
  /** For example `https://lgw.lovart.ai`. */
  readonly baseUrl: string;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  /** Milliseconds for a submit, all its calls included, and for any other call; default 30,000. */
  readonly timeoutMs?: number;
  /** How it waits between two looks. */
  readonly pause?: Pause;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** A new project takes about 2 s. */
const PROJECT_PAUSE_MS = 1_000;
const LOST_ID = 'Lovart finds a thread by its own id only, which was lost with its answer.';

/** Lovart's agent behind the interface of all vendors: a project and a thread for each video. */
export class LovartAdapter implements VendorAdapter {
  readonly provider = PROVIDER;
  readonly capabilities: VendorCapabilities = {
    maxPollBatch: 1,
    lookup: false,
    cancel: false,
    callbacks: 'none',
    inlineInputs: true,
  };
  private readonly client: LovartClient;
  private readonly timeoutMs: number;
  private readonly pause: Pause;

  constructor(options: LovartAdapterOptions) {
    const { clock = systemClock, timeoutMs = DEFAULT_TIMEOUT_MS, pause = realPause, baseUrl } = options;
    this.timeoutMs = timeoutMs;
    this.pause = pause;
    const http = new VendorHttpClient({
      ...{ provider: PROVIDER, baseUrl, timeoutMs },
      ...(options.fetch && { fetch: options.fetch }),
    });
    this.client = new LovartClient(http, baseUrl, clock);
  }

  async submit(task: VendorTask, call: VendorCall): Promise<Submitted> {
    const chat = toChat(task);
    const next = sharedDeadline(PROVIDER, call, this.timeoutMs);
    const placed = await beforeCreate(this.prepare(task.attemptId, chat, next));
    const threadId = await this.client.chat({ ...chat.body, ...placed }, keyOf(task.attemptId), next());
    const vendorTaskId = toTaskId({ budget: chat.budget, threadId });
    return { externalTaskId: task.attemptId, vendorTaskId, notes: chat.notes, adopted: false };
  }

  async poll(tasks: readonly TaskRef[], call: VendorCall): Promise<readonly PollAnswer[]> {
    const answers: PollAnswer[] = [];
    for (const { attemptId, vendorTaskId } of tasks) {
      const outcome =
        vendorTaskId === null ? lostId() : await lookAt(this.client, vendorTaskId, call, this.pause);
      answers.push({ attemptId, vendorTaskId, outcome });
    }
    return answers;
  }

  /** The video of a thread that is done, with the headers that the vendor's store wants. */
  async openVideo({ vendorTaskId }: TaskRef, call: VendorCall): Promise<OpenedVideo> {
    const outcome = await lookAt(this.client, vendorTaskId ?? '', call, this.pause);
    const video = outcome.kind === 'succeeded' ? outcome.videos[0] : undefined;
    if (video === undefined) throw wrongShape(PROVIDER, 'it has no video any more', 'accepted');
    if (video.needsKey !== true) return { kind: 'link', url: video.url };
    const { headers, content } = await this.client.open(video.url, call);
    const length = Number(headers.get('content-length') ?? Number.NaN);
    return {
      ...{ kind: 'bytes', contentType: 'video/mp4', body: content },
      sizeBytes: Number.isSafeInteger(length) && length > 0 ? length : null,
    };
  }

  testConnection(call: VendorCall): Promise<ConnectionReport> {
    return checkConnection(this.client, call);
  }

  /** The project and the addresses of the pictures. Nothing is bought by any of it. */
  private async prepare(
    attemptId: string,
    { tool, pictures }: LovartChat,
    next: () => VendorCall,
  ): Promise<{ project_id: string; attachments?: readonly string[] }> {
    const tools = await this.client.tools(next());
    if (!tools.has(tool)) {
      const words = `Lovart's agent does not have the tool ${tool} today. Choose another model.`;
      throw new AppError('unsupported_by_model', words, { provider: PROVIDER });
    }
    const projectId = await this.client.newProject(`Shotloom ${attemptId}`, next());
    const attachments: string[] = [];
    for (const picture of pictures) attachments.push(await this.client.upload(picture, next()));
    for (let call = next(); !(await this.client.isValid(projectId, call)); call = next()) {
      await this.pause(PROJECT_PAUSE_MS, call.signal);
    }
    return { project_id: projectId, ...(attachments.length === 0 ? {} : { attachments }) };
  }
}

const realPause: Pause = async (ms, signal) => {
  await setTimeout(ms, undefined, signal === undefined ? {} : { signal });
};

/** A UUID as hex, the same for the same attempt: should anything send a create twice, the vendor may notice. */
const keyOf = (attemptId: string): string =>
  createHash('sha256').update(attemptId).digest('hex').slice(0, 32);

const lostId = (): PollOutcome => ({
  kind: 'unavailable',
  error: new AppError('provider_failed', LOST_ID, { provider: PROVIDER, retryable: true }),
});
