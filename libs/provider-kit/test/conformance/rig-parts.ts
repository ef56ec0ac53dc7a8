import { recordingFetch } from '../support/recording-fetch';
import type { ConformanceRig, ErrorCase } from './rig';

/** How long a task waits at the simulated vendor, and how long it is made. */
export const QUEUE_MS = 1_000;
export const RUN_MS = 60_000;

/** As `ManualClock` of `@shotloom/vendor-simulators`. */
interface MovableClock {
  readonly now: () => number;
  readonly advance: (ms: number) => void;
}

const exactly = (ms: number): [number, number] => [ms, ms];

/** One time for a simulator, the adapter in front of it and the suite that moves it, and the answers between them. */
export function rigTime<Clock extends MovableClock>(clock: Clock) {
  const answers: unknown[] = [];
  return {
    clock,
    /** Options of the simulator. */
    simulated: { clock, queueMs: exactly(QUEUE_MS), runMs: exactly(RUN_MS), media: { scale: 0.1 } },
    /** Options of the adapter. */
    adapted: { clock: { now: () => new Date(clock.now()) }, fetch: recordingFetch(answers) },
    /** Parts of the rig. */
    moves: { answers, letRun: () => clock.advance(QUEUE_MS), letFinish: () => clock.advance(RUN_MS) },
  };
}

/** Two keys at the vendor, of which the newer takes the place of the first. `admit` says which are valid now. */
export function turningKeys<Key>(
  { first, newer }: { readonly first: Key; readonly newer: Key },
  admit: (keys: Key[]) => void,
  fieldsOf: (key: Key) => Readonly<Record<string, string>>,
): Pick<ConformanceRig, 'credential' | 'rotateKey' | 'revokeOldKey'> {
  const credential = (version: number, key: Key) => ({ id: 'cred', version, fields: fieldsOf(key) });
  return {
    credential: credential(1, first),
    rotateKey: () => {
      admit([first, newer]);
      return credential(2, newer);
    },
    revokeOldKey: () => admit([newer]),
  };
}

/** An error that says that the vendor did not take the order. */
export const refused = (vendorCode: string, code: ErrorCase['code'], retryable = false): ErrorCase => ({
  ...{ vendorCode, code, retryable, outcome: 'refused' },
});
