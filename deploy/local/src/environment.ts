import { join } from 'node:path';
import type { Need, ServiceDefinition } from './services';
import type { Secrets } from './secrets';
import { PAYMENTS, SIMULATED_STRIPE } from './simulated-stripe';

/** Where everything is in this run. */
export interface Addresses {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly gatewayUrl: string;
  /** By service. */
  readonly publicPorts: Readonly<Record<string, number>>;
  readonly internalPorts: Readonly<Record<string, number>>;
}

export interface EnvironmentInput {
  readonly root: string;
  readonly objectsPath: string;
  readonly providers: readonly string[];
  /** Where the simulator of a vendor is, by provider. */
  readonly simulators: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  readonly addresses: Addresses;
  /** The environment of the runtime: settings such as LOG_LEVEL or limits pass through to the services. */
  readonly inherited: NodeJS.ProcessEnv;
}

export type ObjectStoreAt =
  | { readonly kind: 'file'; readonly path: string; readonly bucket: string }
  | { readonly kind: 's3'; readonly endpoint: string; readonly bucket: string };

/** Files, unless OBJECT_STORE_KIND=s3 points to a server of the user's. */
export function objectStoreAt(inherited: NodeJS.ProcessEnv, path: string): ObjectStoreAt {
  const bucket = inherited['OBJECT_STORE_BUCKET'] ?? 'shotloom';
  if (inherited['OBJECT_STORE_KIND'] !== 's3') return { kind: 'file', path, bucket };
  const endpoint = inherited['S3_ENDPOINT'];
  if (endpoint === undefined) throw new Error('OBJECT_STORE_KIND is s3, so S3_ENDPOINT must be set.');
  return { kind: 's3', endpoint, bucket };
}

/** The whole environment of one service. What is computed here wins over what was inherited. */
export function serviceEnvironment(service: ServiceDefinition, input: EnvironmentInput): NodeJS.ProcessEnv {
  const { addresses, inherited } = input;
  const { name } = service;
  return {
    LOG_LEVEL: 'info',
    SHUTDOWN_SECONDS: '10',
    // glibc keeps a heap for each thread otherwise: 4 MB a service for nothing.
    MALLOC_ARENA_MAX: '2',
    ...withoutOurs(inherited),
    NODE_ENV: 'production',
    TZ: 'UTC',
    HOST: '127.0.0.1',
    INTERNAL_PORT: text(addresses.internalPorts[name]),
    PROVIDERS_ENABLED: input.providers.join(','),
    PUBLIC_URL: addresses.gatewayUrl,
    ...(service.hasPublicPort ? { PORT: text(addresses.publicPorts[name]) } : {}),
    ...sharedBy(service, input),
    ...ONLY[name]?.(input),
    ...simulated(name, input),
  };
}

const SHARED: Record<Need, (input: EnvironmentInput) => NodeJS.ProcessEnv> = {
  bus: ({ addresses }) => ({ NATS_URL: addresses.natsUrl }),
  database: ({ addresses }) => ({ DATABASE_URL: addresses.databaseUrl }),
  objects: ({ inherited, objectsPath, secrets, addresses }) => {
    const store = objectStoreAt(inherited, objectsPath);
    const shared = { OBJECT_STORE_KIND: store.kind, OBJECT_STORE_BUCKET: store.bucket };
    if (store.kind === 's3') return shared;
    return {
      ...shared,
      OBJECT_STORE_PATH: store.path,
      OBJECT_STORE_PUBLIC_URL: `${addresses.gatewayUrl}/media`,
      OBJECT_STORE_SIGNING_SECRET: secrets.objectStoreSigningSecret,
    };
  },
};

function sharedBy(service: ServiceDefinition, input: EnvironmentInput): NodeJS.ProcessEnv {
  return Object.fromEntries(service.needs.flatMap((need) => Object.entries(SHARED[need](input))));
}

/** What one service is told and no other. */
const ONLY: Readonly<Record<string, (input: EnvironmentInput) => NodeJS.ProcessEnv>> = {
  gateway: gatewayOnly,
  'job-orchestrator': ({ secrets }) => ({ CALLBACK_SECRET: secrets.callbackSecret }),
  // Receivers of a local installation run on the same machine.
  webhooks: ({ secrets }) => ({
    CREDENTIALS_KEY: secrets.credentialsKey,
    WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32',
  }),
};

/** Stands in for the Ingress of a cluster: /media and /ws reach their services through the gateway. */
function gatewayOnly({ root, addresses, secrets, simulators }: EnvironmentInput): NodeJS.ProcessEnv {
  const stripe = simulators[PAYMENTS];
  return {
    ...(stripe === undefined
      ? {}
      : {
          STRIPE_API_BASE: stripe,
          STRIPE_SECRET_KEY: SIMULATED_STRIPE.secretKey,
          STRIPE_WEBHOOK_SECRET: SIMULATED_STRIPE.webhookSecret,
        }),
    CALLBACK_SECRET: secrets.callbackSecret,
    CREDENTIALS_KEY: secrets.credentialsKey,
    AUTH_SIGNING_KEY: secrets.signingKey,
    STORAGE_URL: `http://127.0.0.1:${addresses.publicPorts['storage']}`,
    NOTIFIER_URL: `http://127.0.0.1:${addresses.publicPorts['notifier']}`,
    CONSOLE_DIR: join(root, 'services', 'console', 'dist'),
  };
}

/** A worker finds the simulator of its vendor, and storage may fetch from this machine, which it refuses otherwise. */
function simulated(name: string, { simulators }: EnvironmentInput): NodeJS.ProcessEnv {
  if (name === 'storage') {
    return Object.keys(simulators).every((vendor) => vendor === PAYMENTS)
      ? {}
      : { FETCH_ALLOW_PRIVATE: '127.0.0.1/32' };
  }
  const provider = name.replace(/^provider-/, '');
  const url = simulators[provider];
  if (url === undefined || name === provider) return {};
  return { [`${provider.toUpperCase().replaceAll('-', '_')}_BASE_URL`]: url };
}

/** Node's own options and the runtime's are not meant for the services. */
export function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([key]) => key !== 'NODE_OPTIONS' && key !== 'NODE_CHANNEL_FD' && !/^(SHOTLOOM|npm|JEST)_/.test(key),
    ),
  );
}

function text(port: number | undefined): string {
  if (port === undefined) throw new Error('A service has no port; this is a mistake in the service list.');
  return String(port);
}
