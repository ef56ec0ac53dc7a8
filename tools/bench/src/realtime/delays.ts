import { quantile } from '../measure/statistics';
import type { Seen } from './realtime-plan';

export interface Delays {
  /** Milliseconds from the commit to the client. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly count: number;
}

/** From each commit to its arrival. Throws where one has not arrived, or came twice: every change is told once. */
export function delaysOf(committed: readonly Seen[], received: readonly Seen[]): Delays {
  const arrivals = new Map<string, number>();
  for (const seen of received) {
    if (arrivals.has(keyOf(seen))) throw new Error(`${keyOf(seen)} was told twice.`);
    arrivals.set(keyOf(seen), seen.at);
  }
  const delays = committed.map((seen) => {
    const arrived = arrivals.get(keyOf(seen));
    if (arrived === undefined) throw new Error(`${keyOf(seen)} was not told.`);
    // The commit's answer may be read after the event has gone all the way.
    return Math.max(0, arrived - seen.at);
  });
  return {
    p50: quantile(delays, 0.5),
    p99: quantile(delays, 0.99),
    worst: quantile(delays, 1),
    count: delays.length,
  };
}

/** Whether all that was committed has arrived. */
export function allArrived(committed: readonly Seen[], received: readonly Seen[]): boolean {
  const arrived = new Set(received.map(keyOf));
  return committed.every((seen) => arrived.has(keyOf(seen)));
}

const keyOf = ({ jobId, version }: Seen): string => `version ${version} of job ${jobId}`;
