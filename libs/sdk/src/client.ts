import { AccountsApi } from './accounts-api';
import { ApiKeysApi } from './api-keys-api';
import { AuthApi } from './auth-api';
import { BillingApi } from './billing-api';
import { EventFeed, type Connection, type FeedHandlers, type FeedTimings } from './event-feed';
import { iterateFeed } from './event-iterator';
import { GalleryApi } from './gallery-api';
import { GenerateApi } from './generate-api';
import type { EventScope } from './job-poller';
import { JobsApi, type CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import { ProfileApi } from './profile-api';
import { ProvidersApi } from './providers-api';
import { SharesApi } from './shares-api';
import type { SocketClass } from './socket-session';
import { Transport, type Access, type Fetch } from './transport';
import type {
  CreditsSummary,
  CreditTransactionPage,
  MeResource,
  ModelResource,
  Quote,
  QuoteRequest,
  SocketMessage,
  StylePreset,
  UploadResource,
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
  /** Heartbeat, reconnects and polling of event feeds. */
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
  readonly auth: AuthApi;
  readonly billing: BillingApi;
  readonly gallery: GalleryApi;
  readonly generate: GenerateApi;
  readonly jobs: JobsApi;
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
    this.auth = new AuthApi(this.transport);
    this.billing = new BillingApi(this.transport);
    this.gallery = new GalleryApi(this.transport);
    this.generate = new GenerateApi(this.transport);
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
