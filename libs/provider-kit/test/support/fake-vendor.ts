import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@shotloom/kernel';
import {
  InlineFile,
  VendorHttpClient,
  type CallbackVerdict,
  type ConnectionReport,
  type IncomingCallback,
  type LookupAnswer,
  type PollAnswer,
  type PollOutcome,
  type Submitted,
  type TaskRef,
  type VendorAdapter,
  type VendorCall,
  type VendorTask,
} from '@shotloom/provider-kit';

interface Created {
  readonly id: string;
  readonly externalId: string;
  readonly key: string;
  readonly picture: string;
}

/** How the next creates are answered. `hold` waits for `release()`. */
export type CreateMood = 'take' | 'refuse' | 'cut' | 'hold';

/** A vendor that cannot do much, as a real HTTP server: what a test of the worker needs that no simulator offers. */
export class FakeVendor {
  readonly created: Created[] = [];
  readonly cancelled: string[] = [];
  mood: CreateMood = 'take';
  /** By external id; `running` by default. Every key that begins with `good` is accepted. */
  readonly states = new Map<string, string>();
  creates = 0;
  queries = 0;
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<FakeVendor> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const vendor = new FakeVendor(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void vendor.answer(request, response).catch(() => request.socket.destroy());
    });
    return vendor;
  }

  /** Answers the creates that are on hold. */
  release(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  async stop(): Promise<void> {
    this.release();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const say = (status: number, body: unknown): void => {
      response.writeHead(status).end(JSON.stringify(body));
    };
    if (!key.startsWith('good')) return say(401, { error: 'bad key' });
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    if (request.method === 'DELETE') {
      this.cancelled.push(pathname.slice(1));
      return say(200, {});
    }
    if (request.method === 'GET') {
      this.queries += 1;
      return say(200, this.describe(searchParams.get('ids')?.split(',') ?? []));
    }
    return this.create(request, JSON.parse(Buffer.concat(chunks).toString()) as Created, key, say);
  }

  private async create(
    request: IncomingMessage,
    body: Created,
    key: string,
    say: (status: number, body: unknown) => void,
  ): Promise<void> {
    this.creates += 1;
    if (this.mood === 'refuse') return say(429, { error: 'too many' });
    const { externalId, picture } = body;
    const task = { id: `v-${this.created.length + 1}`, externalId, key, picture };
    this.created.push(task);
    if (this.mood === 'cut') return void request.socket.destroy();
    if (this.mood === 'hold') await new Promise<void>((resolve) => this.waiting.push(resolve));
    return say(200, { id: task.id });
  }

  private describe(ids: readonly string[]): { externalId: string; id: string; state: string }[] {
    const asked = this.created.filter(({ externalId }) => ids.includes(externalId));
    return asked.map(({ externalId, id }) => ({
      ...{ externalId, id },
      state: this.states.get(externalId) ?? 'running',
    }));
  }
}

interface Described {
  readonly externalId: string;
  readonly id: string;
  readonly state: string;
}

/** The adapter of `FakeVendor`. `maxPollBatch` is small, and callbacks carry no signature. */
export class FakeAdapter implements VendorAdapter {
  readonly provider = 'fake';
  readonly capabilities = {
    ...{ maxPollBatch: 3, lookup: true, cancel: true, inlineInputs: true },
    callbacks: 'unsigned' as const,
  };
  private readonly http: VendorHttpClient;

  constructor(baseUrl: string) {
    this.http = new VendorHttpClient({ provider: 'fake', baseUrl });
  }

  async submit({ attemptId, inputs }: VendorTask, call: VendorCall): Promise<Submitted> {
    const [input] = inputs;
    const picture = input === undefined ? '' : (input.url ?? new InlineFile(input.sizeBytes, input.open));
    const json = { externalId: attemptId, picture };
    const { status, body } = await this.send('POST', '/', call, { json, effect: 'creates' });
    if (status === 200) {
      const { id } = body as { id: string };
      return { externalTaskId: attemptId, vendorTaskId: id, notes: ['A note.'], adopted: false };
    }
    const code = status === 401 ? 'provider_auth_failed' : 'provider_rate_limited';
    throw new AppError(code, `It answered ${status}.`, { provider: 'fake', retryable: status === 429 });
  }

  async poll(tasks: readonly TaskRef[], call: VendorCall): Promise<readonly PollAnswer[]> {
    const ids = tasks.map(({ externalTaskId }) => externalTaskId);
    try {
      const known = await this.ask(ids, call);
      return tasks.map(({ attemptId, externalTaskId }) => {
        const found = known.find(({ externalId }) => externalId === externalTaskId);
        return { attemptId, vendorTaskId: found?.id ?? null, outcome: outcomeOf(found) };
      });
    } catch (error) {
      const outcome: PollOutcome = { kind: 'unavailable', error: AppError.from(error) };
      return tasks.map(({ attemptId }) => ({ attemptId, vendorTaskId: null, outcome }));
    }
  }

  async lookup(task: Omit<TaskRef, 'vendorTaskId'>, call: VendorCall): Promise<LookupAnswer> {
    try {
      const [found] = await this.ask([task.externalTaskId], call);
      if (found === undefined) return { kind: 'notFound' };
      return { kind: 'found', vendorTaskId: found.id, outcome: outcomeOf(found) };
    } catch (error) {
      return { kind: 'unknown', error: AppError.from(error) };
    }
  }

  async cancel(task: TaskRef, call: VendorCall): Promise<'cancelled'> {
    await this.send('DELETE', `/${task.vendorTaskId}`, call);
    return 'cancelled';
  }

  parseCallback({ rawBody }: IncomingCallback): CallbackVerdict {
    const { vendorTaskId } = JSON.parse(Buffer.from(rawBody).toString()) as { vendorTaskId?: string };
    if (vendorTaskId === undefined) return { kind: 'refused', reason: 'there is no task in it' };
    return { kind: 'hint', vendorTaskId, externalTaskId: null };
  }

  async testConnection(call: VendorCall): Promise<ConnectionReport> {
    const { status } = await this.send('GET', '/', call);
    return { ok: status === 200, checks: [{ what: 'Asked', ok: status === 200, detail: `${status}` }] };
  }

  private async ask(ids: readonly string[], call: VendorCall): Promise<Described[]> {
    const { status, body } = await this.send('GET', `/?ids=${ids.join(',')}`, call);
    if (status === 200) return body as Described[];
    throw new AppError('provider_auth_failed', `It answered ${status}.`, { provider: 'fake' });
  }

  private send(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    { credential, timeoutMs, signal }: VendorCall,
    more: { readonly json?: unknown; readonly effect?: 'creates' } = {},
  ) {
    return this.http.send({
      ...{ method, path, timeoutMs, signal, effect: 'reads', ...more },
      headers: { authorization: `Bearer ${credential.fields['key']}` },
      secrets: Object.values(credential.fields),
    });
  }
}

function outcomeOf(found: Described | undefined): PollOutcome {
  switch (found?.state) {
    case undefined:
      return { kind: 'notFound' };
    case 'running':
      return { kind: 'running', phase: 'running', progress: 0.5 };
    case 'done': {
      const video = { url: 'https://vendor/video.mp4', expiresAt: new Date(0), durationSeconds: 5 };
      return { kind: 'succeeded', videos: [video], cost: { amount: '1', unit: 'coin' } };
    }
    case 'huge':
      return {
        kind: 'succeeded',
        videos: [{ url: 'x'.repeat(600_000), expiresAt: null, durationSeconds: null }],
        cost: null,
      };
    default:
      return { kind: 'unknownStatus', word: found?.state ?? '' };
  }
}
