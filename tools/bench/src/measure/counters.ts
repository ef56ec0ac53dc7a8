import type { RuntimeInfo } from '@shotloom/testing';

/** All samples of one service's metrics: name with labels, and value. */
export type Counters = ReadonlyMap<string, number>;

export async function readCounters(runtime: RuntimeInfo, service: string): Promise<Counters> {
  const response = await fetch(`${runtime.internalUrls[service] ?? ''}/metrics`);
  return parseCounters(await response.text());
}

export function parseCounters(text: string): Counters {
  return new Map(
    text.split('\n').flatMap((line) => {
      const space = line.lastIndexOf(' ');
      if (line.startsWith('#') || space < 1) return [];
      return [[line.slice(0, space), Number(line.slice(space + 1))] as const];
    }),
  );
}

/** How much the sum over all samples of a metric grew; `label` narrows them, for example `verb="submit"`. */
export function grown(before: Counters, after: Counters, metric: string, label = ''): number {
  const sum = (counters: Counters): number =>
    [...counters]
      .filter(([name]) => (name === metric || name.startsWith(`${metric}{`)) && name.includes(label))
      .reduce((total, [, value]) => total + value, 0);
  return sum(after) - sum(before);
}

/** The mean of what a histogram saw between two readings; null where it saw nothing. Seconds. */
export function meanSeconds(before: Counters, after: Counters, histogram: string, label = ''): number | null {
  const count = grown(before, after, `${histogram}_count`, label);
  return count === 0 ? null : grown(before, after, `${histogram}_sum`, label) / count;
}
