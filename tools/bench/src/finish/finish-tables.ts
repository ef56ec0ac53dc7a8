import { grown, meanSeconds } from '../measure/counters';
import { median, quantile } from '../measure/statistics';
import type { Table } from '../results';
import type { JobTimes } from './job-times';
import type { Window } from './window';

/** One size of clip in all its rounds. */
export interface Measured {
  readonly name: string;
  readonly windows: readonly Window[];
  readonly times: readonly JobTimes[];
  /** Milliseconds of CPU for a poster that was drawn after the round. */
  readonly posters: readonly number[];
}

/** Not the platform's, and shown last. */
const OTHERS = ['simulator-kling', 'load'];

/** Milliseconds of CPU for each finished job: what carries over to a machine with more cores. */
export function cpuTable(measured: readonly Measured[]): Table {
  const known = Object.keys(measured[0]?.windows[0]?.cpu ?? {}).filter((name) => name !== 'runtime');
  const ours = known.filter((name) => !OTHERS.includes(name));
  const ms = ({ windows }: Measured, names: readonly string[]): string =>
    median(
      windows.map(
        ({ cpu, jobs }) => (names.reduce((sum, name) => sum + (cpu[name] ?? 0), 0) * 1000) / jobs.length,
      ),
    ).toFixed(2);
  const row = (title: string, names: readonly string[]): string[] => [
    title,
    ...measured.map((one) => ms(one, names)),
  ];
  return {
    title: 'CPU for each finished job, milliseconds (posters drawn meanwhile are in storage)',
    head: ['process', ...measured.map(({ name }) => name)],
    rows: [
      ...ours.map((name) => row(name, [name])),
      row('all of the platform', ours),
      [
        'a poster, drawn later by storage',
        ...measured.map(({ posters }) => (posters.length === 0 ? 'none' : median(posters).toFixed(2))),
      ],
      ...OTHERS.map((name) => row(`${name}, not the platform`, [name])),
    ],
  };
}

const STEPS: readonly (readonly [keyof JobTimes, string])[] = [
  ['scheduled', 'accepted, until an attempt is made'],
  ['sent', 'until the vendor has the task'],
  ['vendor', "the vendor's own time"],
  ['stored', 'until the video is fetched, checked, stored and paid'],
  ['told', "until the client's socket tells it"],
  ['overhead', "accepted to told, without the vendor's own"],
];

export function stepTable(measured: readonly Measured[]): Table {
  return {
    title: 'Where a job spends its time at full load, milliseconds (p50, p95)',
    head: ['step', ...measured.map(({ name }) => name)],
    rows: STEPS.map(([step, title]) => [
      title,
      ...measured.map(({ times }) => {
        const values = times.map((each) => each[step]);
        return `${quantile(values, 0.5).toFixed(0)}, ${quantile(values, 0.95).toFixed(0)}`;
      }),
    ]),
  };
}

type Reading = (window: Window) => number | null;
const perJob =
  (service: keyof Window['before'], metric: string, label = ''): Reading =>
  ({ before, after, jobs }) =>
    grown(before[service], after[service], metric, label) / jobs.length;
const meanMs =
  (service: keyof Window['before'], histogram: string, label = ''): Reading =>
  ({ before, after }) => {
    const seconds = meanSeconds(before[service], after[service], histogram, label);
    return seconds === null ? null : seconds * 1000;
  };

const COUNTERS: readonly (readonly [string, Reading])[] = [
  [
    'submit, as the worker sees the vendor, ms',
    meanMs('provider-kling', 'shotloom_vendor_call_seconds', 'verb="submit"'),
  ],
  ['callbacks', perJob('provider-kling', 'shotloom_vendor_callbacks_total')],
  ['tasks asked about by polls', perJob('job-orchestrator', 'shotloom_polls_planned_total')],
  ['fetch, check and store by storage, ms', meanMs('storage', 'shotloom_ingest_seconds', 'outcome="stored"')],
  ['posters drawn', perJob('storage', 'shotloom_posters_total', 'outcome="drawn"')],
  ['messages to sockets', perJob('notifier', 'shotloom_socket_messages_total')],
  ['from a change to its push, ms', meanMs('notifier', 'shotloom_event_delay_seconds')],
];

/** What the services count themselves. */
export function counterTable(measured: readonly Measured[]): Table {
  const shown = (windows: readonly Window[], read: Reading): string => {
    const values = windows.map(read).filter((value) => value !== null);
    return values.length === 0 ? 'none' : median(values).toFixed(2);
  };
  return {
    title: 'What the services count, for each finished job (medians over the rounds)',
    head: ['counter', ...measured.map(({ name }) => name)],
    rows: COUNTERS.map(([title, read]) => [title, ...measured.map(({ windows }) => shown(windows, read))]),
  };
}
