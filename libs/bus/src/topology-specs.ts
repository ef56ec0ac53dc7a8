import type { ConsumerSpec, StreamSpec } from '@shotloom/contracts';

const MAX_DELIVERIES_ADVISORY = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES';

/**
 * Keeps the server's notes about messages that it gave up, so that none is lost while nobody listens. The bus adds it
 * to every topology by itself.
 */
export const ADVISORIES: StreamSpec = {
  name: 'ADVISORIES',
  subjects: [`${MAX_DELIVERIES_ADVISORY}.>`],
  retention: 'workqueue',
  storage: 'file',
  maxAgeMs: 7 * 86_400_000,
};

/** The durable on `ADVISORIES` that hears about one consumer. */
export function rescueDurable(spec: Pick<ConsumerSpec, 'stream' | 'durable'>): string {
  return `rescue-${spec.stream}-${spec.durable}`;
}

/** The consumer of a consumer's advisories. */
export function rescueSpec(spec: ConsumerSpec): ConsumerSpec {
  return {
    stream: ADVISORIES.name,
    durable: rescueDurable(spec),
    filter: `${MAX_DELIVERIES_ADVISORY}.${spec.stream}.${spec.durable}`,
    ackWaitMs: 30_000,
    // Never given up: who would bury the undertaker?
    maxDeliver: -1,
    backoffMs: [5_000],
    contracts: [],
  };
}
