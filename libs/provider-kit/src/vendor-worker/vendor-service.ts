import { openServiceBus } from '@shotloom/bus';
import { objectStoreConfigFromEnv, openObjectStore, type ObjectStoreConfig } from '@shotloom/object-store';
import {
  baseConfigSchema,
  loadConfig,
  objectStoreConfigSchema,
  runService,
  type ObjectStoreEnv,
  type ServiceContext,
} from '@shotloom/service-kit';
import { z } from 'zod';
import type { VendorAdapter } from '../vendor';
import type { MediaUrl } from './vendor-inputs';
import { runVendorWorker } from './vendor-worker';

/** What every vendor's worker reads from the environment. Extend it with `.extend({...})`. */
export const vendorConfigSchema = baseConfigSchema.extend({
  /** Submits at the same time. */
  WORKER_SUBMIT_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(16),
  /** Poll messages at the same time; each may carry as many tasks as the vendor takes in a call. */
  WORKER_POLL_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(8),
  /** Where the internet reaches the object store. Without it inputs go inline. */
  MEDIA_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
});
type VendorEnv = z.infer<typeof vendorConfigSchema>;

export interface VendorServiceOptions<C extends z.ZodType<VendorEnv>> {
  /** `provider-<name>` */
  readonly name: string;
  /** `vendorConfigSchema`, extended by what the adapter reads. */
  readonly configSchema: C;
  readonly makeAdapter: (context: ServiceContext<z.infer<C> & ObjectStoreEnv>) => VendorAdapter;
}

/** A vendor may fetch an input long after the submit, when it begins with the task. Seconds. */
const LINK_SECONDS = 24 * 3600;
/** Of the time for stopping, this much is for sends under way; the rest is for their reports. */
const GRACE_SHARE = 0.5;

/** The whole main of a vendor's worker: config, health, bus, store and the worker, and how they stop. */
export function runVendorService<C extends z.ZodType<VendorEnv>>(
  options: VendorServiceOptions<C>,
): Promise<void> {
  type Config = z.infer<C> & ObjectStoreEnv;
  return runService<Config>({
    name: options.name,
    loadConfig: () => loadConfig(z.intersection(options.configSchema, objectStoreConfigSchema)),
    start: async (context) => {
      const { config, logger, metrics, health, shutdown } = context;
      const adapter = options.makeAdapter(context);
      const bus = await openServiceBus(context);
      const storeConfig = objectStoreConfigFromEnv(config);
      const objectStore = openObjectStore(storeConfig);
      health.add('object store', () => objectStore.ping());
      const worker = await runVendorWorker({
        ...{ adapter, bus, objectStore, logger, metrics },
        ...{ submitConcurrency: config.WORKER_SUBMIT_CONCURRENCY },
        ...{ pollConcurrency: config.WORKER_POLL_CONCURRENCY },
        stopGraceMs: config.SHUTDOWN_SECONDS * 1_000 * GRACE_SHARE,
        ...(config.MEDIA_PUBLIC_URL === undefined
          ? {}
          : { mediaUrl: mediaUrlAt(storeConfig, config.MEDIA_PUBLIC_URL) }),
      });
      shutdown.add('vendor worker', () => worker.stop());
    },
  });
}

/** Links as the internet sees them, which need not be as our own browsers do. */
function mediaUrlAt(config: ObjectStoreConfig, publicUrl: string): MediaUrl {
  const seen: ObjectStoreConfig =
    config.kind === 'file'
      ? { ...config, publicBaseUrl: publicUrl }
      : { ...config, publicEndpoint: publicUrl };
  const store = openObjectStore(seen);
  return (objectKey) => store.signGet(objectKey, { expiresInSeconds: LINK_SECONDS });
}
