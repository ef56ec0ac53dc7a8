import { readExposition } from './exposition';
import type { ExposedMetric, ExposedMetrics } from './exposed-metrics';

/** Metrics of Node and of the process that our queries may use: of the others the labels come and go. */
const isKept = (name: string, labels: ReadonlySet<string>): boolean =>
  name.startsWith('shotloom_') || labels.size === 0;
/** Those that a histogram or a summary makes itself, and the one that all of ours have. */
const IMPLIED: ReadonlySet<string> = new Set(['service', 'le', 'quantile']);

/** Looks at running services as often as it is told, and keeps everything that any of them ever showed. */
export class Gathering {
  private readonly found = new Map<string, ExposedMetric>();
  private readonly seen = new Set<string>();

  /** `urls`: the internal address of each service. */
  async look(urls: Readonly<Record<string, string>>): Promise<void> {
    for (const [service, url] of Object.entries(urls)) {
      const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(10_000) });
      if (!response.ok) throw new Error(`${service} answered ${response.status}.`);
      this.add(service, await response.text());
    }
  }

  add(service: string, text: string): void {
    for (const { name, type, help, labels, samples } of readExposition(text)) {
      const known = this.found.get(name);
      const own = [...labels].filter((label) => !IMPLIED.has(label));
      this.found.set(name, {
        ...{ type, help },
        labels: [...new Set([...(known?.labels ?? []), ...own])].toSorted(),
        services: [...new Set([...(known?.services ?? []), service])].toSorted(),
      });
      if (samples > 0) this.seen.add(name);
    }
  }

  /** Metrics of ours that were declared, and never had a value: nobody knows their labels. */
  get unseen(): string[] {
    return [...this.found.keys()].filter((name) => name.startsWith('shotloom_') && !this.seen.has(name));
  }

  get metrics(): ExposedMetrics {
    const names = [...this.found.keys()].toSorted();
    return Object.fromEntries(
      names.flatMap((name) => {
        const metric = this.found.get(name);
        return metric && this.seen.has(name) && isKept(name, new Set(metric.labels)) ? [[name, metric]] : [];
      }),
    );
  }
}
