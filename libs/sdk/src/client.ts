import { AccountsApi } from './accounts-api';
import { ApiKeysApi } from './api-keys-api';
import { AssetsApi } from './assets-api';
import { AuthApi } from './auth-api';
import { BatchesApi } from './batches-api';
import { BillingApi } from './billing-api';
import { EventFeed, type Connection, type FeedHandlers, type FeedTimings } from './event-feed';
import { iterateFeed } from './event-iterator';
import { GalleryApi } from './gallery-api';
import { GenerateApi } from './generate-api';
import type { EventScope } from './job-poller';
import { JobsApi, type CallSignal } from './jobs-api';
import { ModerationApi } from './moderation-api';
import { pageQuery, type PageOptions } from './pages';
import { ProfileApi } from './profile-api';
import { ProvidersApi } from './providers-api';
import { ResumableUpload, type ResumableOptions } from './resumable-upload';
import { SharesApi } from './shares-api';
import type { SocketClass } from './socket-session';
import { Transport, type Access, type Fetch } from './transport';
import type {
  CreditsSummary,
  CreditTransactionPage,
  EnhancedPrompt,
  EnhancePrompt,
  MeResource,
  ModelResource,
  Quote,
  QuoteRequest,
  SocketMessage,
  StylePreset,
  UploadResource,
  UserLogFilter,
  UserLogPage,
} from './types';
import { WebhooksApi } from './webhooks-api';
import { uploadFile, type UploadOptions } from './upload';

interface CommonOptions {
  /** Where the gateway is, for example `https://video.example.com`. Empty in a page: its own origin. */
  readonly baseUrl: string;
  readonly fetch?: Fetch;
  readonly WebSocket?: SocketClass;
  /** Tries in all for calls that are safe to repeat. Default 4. */
  readonly maxTries?: number;
  /** For one try of a call; uploads take as long as they need. Milliseconds, default 90,000. */
  readonly timeoutMs?: number;
  /** Wait between tries, milliseconds. Default 300 doubling up to 8,000. */
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
  /** Heartbeat, reconnects and polling of event feeds; `pollEveryMs` also of batches that are waited for. */
  readonly timings?: Partial<FeedTimings>;
}

/** With an API key; or, in a page of the same origin, with `session: 'cookie'`. */
export type ShotloomClientOptions = CommonOptions & Access;

export interface EventOptions extends CallSignal {
  /** `job` (default): the id is a job's and the feed ends with it. `user`: the id is a user's; it never ends. */
  readonly scope?: EventScope;
}

export interface SubscribeOptions extends FeedHandlers {
  readonly scope?: EventScope;
}

/** A running subscription. */
export interface Subscription {
  readonly connection: Connection;
  close(): void;
  reconnect(): void;
}

const DEFAULT_TIMINGS: FeedTimings = {
  heartbeat: { everyMs: 20_000, patienceMs: 10_000 },
  reconnect: { baseMs: 500, maxMs: 15_000 },
  maxReconnects: 10,
  pollEveryMs: 2_000,
};

/** A Shotloom installation as seen by one API key or one session. Needs `fetch`, and `WebSocket` for live events (else it polls). */
export class ShotloomClient {
  readonly accounts: AccountsApi;
  readonly apiKeys: ApiKeysApi;
  readonly assets: AssetsApi;
  readonly auth: AuthApi;
  readonly batches: BatchesApi;
  readonly billing: BillingApi;
  readonly gallery: GalleryApi;
  readonly generate: GenerateApi;
  readonly jobs: JobsApi;
  readonly moderation: ModerationApi;
  readonly profile: ProfileApi;
  readonly providers: ProvidersApi;
  readonly shares: SharesApi;
  readonly webhooks: WebhooksApi;
  private readonly transport: Transport;
  private readonly timings: FeedTimings;
  private readonly Socket: SocketClass | undefined;

  constructor(options: ShotloomClientOptions) {
    this.transport = new Transport({
      baseUrl: options.baseUrl,
      access: options,
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
      backoff: options.backoff ?? { baseMs: 300, maxMs: 8_000 },
      maxTries: options.maxTries ?? 4,
      timeoutMs: options.timeoutMs ?? 90_000,
    });
    this.timings = { ...DEFAULT_TIMINGS, ...options.timings };
    this.Socket = options.WebSocket ?? (globalThis as { WebSocket?: SocketClass }).WebSocket;
    this.accounts = new AccountsApi(this.transport);
    this.apiKeys = new ApiKeysApi(this.transport);
    this.assets = new AssetsApi(this.transport);
    this.auth = new AuthApi(this.transport);
    this.batches = new BatchesApi(this.transport, this.timings.pollEveryMs);
    this.billing = new BillingApi(this.transport);
    this.gallery = new GalleryApi(this.transport);
    this.generate = new GenerateApi(this.transport);
    this.moderation = new ModerationApi(this.transport);
    this.profile = new ProfileApi(this.transport);
    this.providers = new ProvidersApi(this.transport);
    this.shares = new SharesApi(this.transport);
    this.webhooks = new WebhooksApi(this.transport);
    this.jobs = new JobsApi(this.transport, (id, handlers) => this.subscribe(id, handlers));
  }

  /** Who is asking, and the credits. Throws `unauthorized` where the key is not valid, or nobody is signed in. */
  me({ signal }: CallSignal = {}): Promise<MeResource> {
    return this.transport.call<MeResource>('/api/v1/me', { signal });
  }

  /** What can be spent, is held and is owed, where it comes from, and monthly limits; whole credits. */
  credits({ signal }: CallSignal = {}): Promise<CreditsSummary> {
    return this.transport.call<CreditsSummary>('/api/v1/credits', { signal });
  }

  /** Every movement of the account's credits, newest first. In an organisation for owners and admins. */
  creditTransactions(page: PageOptions = {}, { signal }: CallSignal = {}): Promise<CreditTransactionPage> {
    const query = pageQuery(page);
    return this.transport.call<CreditTransactionPage>('/api/v1/credits/transactions', { query, signal });
  }

  /** What a generation would cost now. What is refused here would be refused there; nothing is written. */
  quote(body: QuoteRequest, { signal }: CallSignal = {}): Promise<Quote> {
    return this.transport.call<Quote>('/api/v1/quote', { method: 'POST', body, repeatable: true, signal });
  }

  /** What can be asked for, with price and limits; a model that is not enabled says why. */
  async models({ signal }: CallSignal = {}): Promise<ModelResource[]> {
    return (await this.transport.call<{ data: ModelResource[] }>('/api/v1/models', { signal })).data;
  }

  async stylePresets({ signal }: CallSignal = {}): Promise<StylePreset[]> {
    return (await this.transport.call<{ data: StylePreset[] }>('/api/v1/style-presets', { signal })).data;
  }

  /** Stores a picture or a video; its `asset_id` goes into a generate call. Not tried again by itself. */
  upload(file: Blob, options?: UploadOptions): Promise<UploadResource> {
    return uploadFile(this.transport, file, options);
  }

  /**
   * The same for a large file or a bad line: in pieces, and after a cut only what had not arrived is sent. Works in Node and in pages;
   * where it is given up, `resume` with the address of `onBegun` goes on, also in another process.
   */
  uploadResumable(file: Blob, options: ResumableOptions = {}): Promise<UploadResource> {
    return new ResumableUpload(this.transport, file, options).run();
  }

  /**
   * Looks at an upload whose bytes have arrived by another way, such as tus, and gives its asset; again: the same one. Throws what the file
   * was refused for.
   */
  completeUpload(id: string): Promise<UploadResource> {
    const call = { method: 'POST', repeatable: true } as const;
    return this.transport.call<UploadResource>(`${uploadPath(id)}/complete`, call);
  }

  /** Gives up an open upload, or deletes what it brought. */
  async deleteUpload(id: string): Promise<void> {
    await this.transport.call<unknown>(uploadPath(id), { method: 'DELETE' });
  }

  /** An address of the API, for a request that another library makes. */
  url(path: string): string {
    return this.transport.url(path);
  }

  /**
   * For requests that another library makes, such as a tus client: gives the headers that say who is asking. Where `run` throws
   * `unauthorized` and the session could be renewed, it is run once more. The cookies of a session are the browser's to send.
   */
  authorized<T>(run: (headers: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
    return this.transport.authorized(() => run(this.transport.credentials.headers));
  }

  /** Makes a prompt say more, and drafts how a picture could move. Costs nothing. */
  enhancePrompt(body: EnhancePrompt, { signal }: CallSignal = {}): Promise<EnhancedPrompt> {
    const path = '/api/v1/prompts/enhance';
    return this.transport.call<EnhancedPrompt>(path, { method: 'POST', body, repeatable: true, signal });
  }

  /** What happened to your jobs and why, newest first. */
  log(filter: UserLogFilter = {}, { signal }: CallSignal = {}): Promise<UserLogPage> {
    const { level, provider, since } = filter;
    const query = { ...pageQuery(filter), level: level?.join(','), provider, since };
    return this.transport.call<UserLogPage>('/api/v1/log', { query, signal });
  }

  /** Events as they come, with callbacks. Close it when they are not needed any more. */
  subscribe(id: string, { scope = 'job', ...handlers }: SubscribeOptions): Subscription {
    return new EventFeed(this.transport, this.Socket, id, scope, this.timings, handlers);
  }

  /** Events as they come, for `for await`. A job's end the loop; leaving it closes the connection. */
  events(
    id: string,
    { scope = 'job', signal }: EventOptions = {},
  ): AsyncGenerator<SocketMessage, void, undefined> {
    return iterateFeed((handlers) => this.subscribe(id, { scope, ...handlers }), signal);
  }
}

function uploadPath(id: string): string {
  return `/api/v1/uploads/${encodeURIComponent(id)}`;
}
