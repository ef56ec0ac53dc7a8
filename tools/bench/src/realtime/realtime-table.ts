import { median } from '../measure/statistics';
import type { Table } from '../results';
import type { Delays } from './delays';
import type { Wire } from './realtime-plan';

export interface Measured {
  readonly wire: Wire;
  readonly clients: number;
  readonly connectSeconds: number;
  /** Memory of the notifier for each client. */
  readonly kibPerClient: number;
  /** With the notifier's CPU for each event, milliseconds. */
  readonly rounds: readonly (Delays & { readonly notifierMs: number })[];
}

/** Clients from which on their memory can be told from that of everything else. */
const ENOUGH = 1_000;

/** Medians over the rounds, but for the slowest event of all. */
export function realtimeTable(measured: readonly Measured[]): Table {
  return {
    title: 'From the commit to the client, milliseconds',
    head: [
      ...['wire', 'clients', 'p50', 'p99', 'slowest of all', 'CPU of the notifier for each event, ms'],
      ...['memory of the notifier for each client, KiB', 'seconds to connect all'],
    ],
    rows: measured.map(({ wire, clients, connectSeconds, kibPerClient, rounds }) => [
      wire,
      `${clients}`,
      median(rounds.map(({ p50 }) => p50)).toFixed(1),
      median(rounds.map(({ p99 }) => p99)).toFixed(1),
      Math.max(...rounds.map(({ worst }) => worst)).toFixed(1),
      median(rounds.map(({ notifierMs }) => notifierMs)).toFixed(3),
      // Of few clients it is less than what garbage comes and goes by.
      clients < ENOUGH ? '' : kibPerClient.toFixed(1),
      connectSeconds.toFixed(1),
    ]),
  };
}
