/** `.shotloom/runtime.json`: how other programs attach to a running platform. Holds secrets, so its mode is 0600. */
export interface RuntimeInfo {
  readonly startedAt: string;
  readonly gatewayUrl: string;
  readonly consoleUrl: string;
  readonly docsUrl: string;
  /** The demo user's key. */
  readonly apiKey: string;
  readonly userId: string;
  readonly accountId: string;
  /** Who signs in to run the platform. */
  readonly adminEmail?: string;
  readonly adminPassword?: string;
  /** By service, and `postgres`, `nats`, `simulator-<provider>`, `runtime`. Kept up to date when something is restarted. */
  readonly pids: Readonly<Record<string, number>>;
  /** What clients may reach, by service. The gateway's is `gatewayUrl`, and leads to the others as an ingress would. */
  readonly publicUrls: Readonly<Record<string, string>>;
  /** Health and metrics, by service. */
  readonly internalUrls: Readonly<Record<string, string>>;
  /** By provider; empty unless a vendor is simulated. Each is inspected and scripted below `/_sim/`. */
  readonly simulators: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly objectStore:
    | { readonly kind: 'file'; readonly path: string; readonly bucket: string }
    | { readonly kind: 's3'; readonly endpoint: string; readonly bucket: string };
  /** Folder with one log file per process. */
  readonly logs: string;
  readonly dataDir: string;
}

/** What a program that started the runtime with an IPC channel may ask of it. */
export interface RuntimeRequest {
  readonly type: 'request';
  readonly id: number;
  readonly action: 'restart' | 'stop';
  /** A service, `nats`, `postgres` or `simulator-<provider>`. */
  readonly unit: string;
  /** How the present process is ended first. Default: its own gentle way. */
  readonly signal?: NodeJS.Signals | undefined;
}

/** What the runtime tells such a program. */
export type RuntimeMessage =
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'answer'; readonly id: number; readonly error?: string };
