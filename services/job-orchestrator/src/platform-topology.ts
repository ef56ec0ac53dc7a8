import type { Topology } from '@shotloom/bus';
import { consumersFor, STREAMS } from '@shotloom/contracts';
import { z } from 'zod';
import { configSchema } from './config';

/** What a topology follows from. */
export const topologySchema = configSchema.pick({ PROVIDERS_ENABLED: true }).extend({
  /** Copies of each stream in a cluster of NATS servers. */
  TOPOLOGY_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
});

/** All streams of the platform, and the durables of everything that is on. */
export function platformTopology(config: z.infer<typeof topologySchema>): Topology {
  return {
    streams: Object.values(STREAMS),
    consumers: [...consumersFor(config.PROVIDERS_ENABLED)],
    replicas: config.TOPOLOGY_REPLICAS,
  };
}
