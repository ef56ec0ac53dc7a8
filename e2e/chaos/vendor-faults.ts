import type { Fault } from '@shotloom/vendor-simulators';
import type { Dice } from './dice';

/** What a vendor may do to one order. `waitsShort`: the job's longest wait is shortened, so that the task comes too late. */
export interface OrderFault {
  readonly name: string;
  readonly faults: readonly Fault[];
  readonly waitsShort?: boolean;
}

const one = (name: string, ...faults: Fault[]): OrderFault => ({ name, faults });

/** So long that its job has been given up when the video comes: see `SHORT_WAIT_SECONDS`. Milliseconds. */
const TOO_LONG_MS = 50_000;

/** Refusals: nothing was bought. */
const REFUSED = [
  one('1302 too fast', { kind: 'error', code: '1302', times: 2 }),
  one('1303 no slot', { kind: 'error', code: '1303' }),
  one('1301 content', { kind: 'error', code: '1301' }),
];
/** The answer is lost or cannot be read: a video may have been bought. */
const LOST = [
  one('5000 after accept', { kind: 'error', code: '5000', accepted: true }),
  one('502 after accept', { kind: 'http', status: 502, accepted: true }),
  one('cut after accept', { kind: 'cut', accepted: true }),
  one('truncated accept', { kind: 'truncated' }),
  one('accept of a wrong shape', { kind: 'shape', path: ['data'], value: [] }),
  one('accept of another body', { kind: 'body', body: { ok: true } }),
];
/** The answer is lost too, and nothing was bought. */
const NEVER_REACHED = [
  one('5001 before accept', { kind: 'error', code: '5001' }),
  one('504 before accept', { kind: 'http', status: 504 }),
  one('cut before accept', { kind: 'cut', accepted: false }),
];
const TASKS = [
  one('slow accept', { kind: 'slow', ms: 2_500 }),
  one('accept slower than the worker waits', { kind: 'slow', ms: 7_000 }),
  one('task fails', { kind: 'task-fails', message: 'internal error of the model' }),
  one('task is rejected', { kind: 'task-fails', message: 'Failure to pass the risk control system' }),
  one('unknown status', { kind: 'task-status', word: 'meditating' }),
];
const CALLBACKS = (['duplicate', 'reorder', 'drop', 'forge'] as const).map((mode) =>
  one(`callbacks: ${mode}`, { kind: 'callbacks', mode }),
);
const CUT_AND_SILENT = one(
  'cut after accept, no callbacks',
  { kind: 'cut', accepted: true },
  { kind: 'callbacks', mode: 'drop' },
);
const TOO_LATE: readonly OrderFault[] = [
  {
    ...one('success after the hard limit', { kind: 'task-takes', ms: TOO_LONG_MS }),
    waitsShort: true,
  },
  {
    ...one(
      'silent success after the hard limit',
      { kind: 'task-takes', ms: TOO_LONG_MS },
      { kind: 'callbacks', mode: 'drop' },
    ),
    waitsShort: true,
  },
];

/** What happens to one order, or nothing. What comes late must begin early, or the end would be waited for too long. */
export function drawOrderFault(dice: Dice, isEarly: boolean): OrderFault | undefined {
  const group = dice.weighted<readonly OrderFault[]>([
    [40, []],
    [12, REFUSED],
    [16, LOST],
    [isEarly ? 6 : 0, NEVER_REACHED],
    [10, TASKS],
    [12, CALLBACKS],
    [isEarly ? 5 : 0, [CUT_AND_SILENT]],
    [isEarly ? 5 : 0, TOO_LATE],
  ]);
  return group.length === 0 ? undefined : dice.pick(group);
}

const ON_QUERIES: readonly Fault[] = [
  { kind: 'error', code: '1302', on: 'query' },
  { kind: 'error', code: '5000', on: 'query' },
  { kind: 'http', status: 502, on: 'query' },
  { kind: 'cut', accepted: false, on: 'query' },
  { kind: 'truncated', on: 'query' },
  { kind: 'slow', ms: 3_000, on: 'query' },
  { kind: 'body', body: { code: 0, message: 'SUCCEED', data: 'nothing of the kind' }, on: 'query' },
  { kind: 'shape', path: ['data', '0', 'status'], value: 7, on: 'query' },
  { kind: 'link-expired', on: 'query', times: 3 },
];
const ON_RESULTS: readonly Fault[] = [
  { kind: 'http', status: 403, body: '<Error><Code>RequestExpired</Code></Error>', on: 'result' },
  { kind: 'http', status: 500, on: 'result' },
  { kind: 'cut', accepted: false, on: 'result' },
  { kind: 'truncated', on: 'result' },
  { kind: 'slow', ms: 2_000, on: 'result' },
];

/** A fault that strikes whoever comes next. */
export function drawPassingFault(dice: Dice): Fault {
  return { ...dice.pick(dice.chance(0.5) ? ON_QUERIES : ON_RESULTS), times: dice.between(1, 2) };
}
