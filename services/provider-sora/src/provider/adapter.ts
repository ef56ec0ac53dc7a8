import { AppError } from '@shotloom/kernel';
import {
  VendorHttpClient,
  wrongShape,
  type ConnectionReport,
  type OpenedVideo,
  type PollAnswer,
  type Submitted,
  type TaskRef,
  type VendorAdapter,
  type VendorCall,
  type VendorCapabilities,
  type VendorTask,
} from '@shotloom/provider-kit';
import { SoraClient } from './client';
import { PROVIDER } from './errors';
import { toCreate } from './mapping';
import { pollTask } from './poll';

export interface SoraAdapterOptions {
  /** For example `https://videos.example`; a `/v1` at its end is taken off. */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  /** Milliseconds for a call; default 30,000. */
  readonly timeoutMs?: number;
}

/** A person waits for it. Milliseconds. */
const CHECK_TIMEOUT_MS = 8_000;

/** Any server of the OpenAI Videos protocol, behind the interface of all vendors. */
export class SoraAdapter implements VendorAdapter {
  readonly provider = PROVIDER;
  readonly capabilities: VendorCapabilities = {
    maxPollBatch: 1,
    lookup: false,
    cancel: false,
    callbacks: 'none',
    inlineInputs: true,
  };
  private readonly client: SoraClient;

  constructor(options: SoraAdapterOptions) {
    this.client = new SoraClient(new VendorHttpClient({ provider: PROVIDER, ...options }), options.baseUrl);
  }

  async submit(task: VendorTask, call: VendorCall): Promise<Submitted> {
    const vendorTaskId = await this.client.create(toCreate(task), call);
    return { externalTaskId: task.attemptId, vendorTaskId, notes: [], adopted: false };
  }

  async poll(tasks: readonly TaskRef[], call: VendorCall): Promise<readonly PollAnswer[]> {
    const answers: PollAnswer[] = [];
    for (const task of tasks) answers.push(await pollTask(this.client, task, call));
    return answers;
  }

  /** The bytes by our key, or the address that the server leads to, which gets no key. */
  async openVideo({ vendorTaskId }: TaskRef, call: VendorCall): Promise<OpenedVideo> {
    const { headers, content } = await this.client.content(vendorTaskId ?? '', call);
    if (content === null) {
      const location = headers.get('location') ?? '';
      const base = this.client.contentUrl(vendorTaskId ?? '', call);
      if (!URL.canParse(location, base)) throw wrongShape(PROVIDER, 'it leads nowhere', 'accepted');
      return { kind: 'link', url: new URL(location, base).href };
    }
    const length = Number(headers.get('content-length') ?? Number.NaN);
    return {
      ...{ kind: 'bytes', contentType: 'video/mp4', body: content },
      sizeBytes: Number.isSafeInteger(length) && length > 0 ? length : null,
    };
  }

  async testConnection(call: VendorCall): Promise<ConnectionReport> {
    const what = 'Asked the server for the newest video with this key';
    const timeoutMs = Math.min(call.timeoutMs ?? CHECK_TIMEOUT_MS, CHECK_TIMEOUT_MS);
    try {
      await this.client.check({ ...call, timeoutMs });
      return { ok: true, checks: [{ what, ok: true, detail: 'The key is accepted.' }] };
    } catch (thrown) {
      const { message, vendorMessage } = AppError.from(thrown);
      const detail = vendorMessage ? `${message} The server said: ${vendorMessage}` : message;
      return { ok: false, checks: [{ what, ok: false, detail }] };
    }
  }
}
