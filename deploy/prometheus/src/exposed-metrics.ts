import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LookUp } from './query';

/** What the running services show, by name; a test holds it against them. */
export const EXPOSED_FILE = join(__dirname, '..', 'exposed-metrics.json');

export const metricSchema = z.object({
  type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
  help: z.string(),
  /** Beside `service`, which all have. */
  labels: z.array(z.string()),
  services: z.array(z.string()),
});
export type ExposedMetric = z.infer<typeof metricSchema>;
export type ExposedMetrics = Readonly<Record<string, ExposedMetric>>;

export function readExposed(): ExposedMetrics {
  return z.record(z.string(), metricSchema).parse(JSON.parse(readFileSync(EXPOSED_FILE, 'utf8')));
}

/** What Prometheus and its operator put on each series that they scrape. */
const TARGET = ['service', 'namespace', 'pod', 'container', 'job', 'instance', 'endpoint'];

/** Metrics that no service of ours shows, and where they come from. */
export const FOREIGN: Readonly<
  Record<string, { readonly source: string; readonly labels: readonly string[] }>
> = {
  ALERTS: {
    source: 'Prometheus itself: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/',
    labels: ['alertname', 'alertstate', 'severity'],
  },
};

/** Looks metrics up as Prometheus has them once they are scraped: a histogram is three series, and its own name is none. */
export function lookUpIn(exposed: ExposedMetrics, recorded: ReadonlyMap<string, readonly string[]>): LookUp {
  return (name) => {
    const known = FOREIGN[name]?.labels ?? recorded.get(name);
    if (known) return new Set(known);
    const plain = exposed[name];
    if (plain && plain.type !== 'histogram') {
      return new Set([...TARGET, ...plain.labels, ...(plain.type === 'summary' ? ['quantile'] : [])]);
    }
    const [, base = '', part] = /^(.+)_(bucket|sum|count)$/.exec(name) ?? [];
    const parted = exposed[base];
    if (parted?.type !== 'histogram' && (parted?.type !== 'summary' || part === 'bucket')) return undefined;
    return new Set([...TARGET, ...parted.labels, ...(part === 'bucket' ? ['le'] : [])]);
  };
}
