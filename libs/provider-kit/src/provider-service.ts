import { openServiceBus } from '@shotloom/bus';
import { objectStoreConfigFromEnv, openObjectStore } from '@shotloom/object-store';
import {
  baseConfigSchema,
  loadConfig,
  objectStoreConfigSchema,
  runService,
  type ObjectStoreEnv,
  type ServiceContext,
} from '@shotloom/service-kit';
import { z } from 'zod';
import type { RenderEngine } from './render-engine';
import { runRenderWorker } from './render-worker';

/** What every provider's worker reads from the environment. Extend the first part with `.extend({...})`. */
export const providerConfigSchema = baseConfigSchema.extend({
  WORKER_INPUT_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(1024 ** 3),
});
type ProviderEnv = z.infer<typeof providerConfigSchema>;

export interface ProviderServiceOptions<C extends z.ZodType<ProviderEnv>> {
  /** `provider-<name>` */
  readonly name: string;
  /** `providerConfigSchema`, extended by what the engine reads. */
  readonly configSchema: C;
  readonly makeEngine: (
    context: ServiceContext<z.infer<C> & ObjectStoreEnv>,
  ) => RenderEngine | Promise<RenderEngine>;
  /** Renders at the same time. */
  readonly concurrency: (config: z.infer<C>) => number;
}

/** The whole main of a provider's worker: config, health, bus, store and the worker, and how they stop. */
export function runProviderService<C extends z.ZodType<ProviderEnv>>(
  options: ProviderServiceOptions<C>,
): Promise<void> {
  type Config = z.infer<C> & ObjectStoreEnv;
  return runService<Config>({
    name: options.name,
    loadConfig: () => loadConfig(z.intersection(options.configSchema, objectStoreConfigSchema)),
    start: async (context) => {
      const { config, logger, metrics, health, shutdown } = context;
      const engine = await options.makeEngine(context);
      const bus = await openServiceBus(context);
      const objectStore = openObjectStore(objectStoreConfigFromEnv(config));
      health.add('object store', () => objectStore.ping());
      const worker = await runRenderWorker({
        engine,
        bus,
        objectStore,
        logger,
        metrics,
        concurrency: options.concurrency(config),
        maxInputBytes: config.WORKER_INPUT_MAX_BYTES,
      });
      shutdown.add('render worker', () => worker.stop());
    },
  });
}
