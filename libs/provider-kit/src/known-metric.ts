import type { MetricsRegistry } from '@shotloom/service-kit';

/** A second worker in the same process counts into the same metric: registering a name twice would throw. */
export function known<M>(registry: MetricsRegistry, name: string, create: (name: string) => M): M {
  const existing: unknown = registry.getSingleMetric(name);
  return existing === undefined ? create(name) : (existing as M);
}
