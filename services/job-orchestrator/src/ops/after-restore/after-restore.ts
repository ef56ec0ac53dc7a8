import { presentStreams, remakeStreams, type Bus, type Topology } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../../schema/tables';
import { checkAll, type CheckReport } from '../invariants/check-all';
import { pauseAll, readBlindProviders, type BlindProvider } from './blind-providers';
import { doubtAttempts } from './doubt-attempts';
import { readRestored, type Restored } from './restored';
import { sendAgain, type SentAgain } from './send-again';
import { assertNothingRuns } from './who-runs';

export interface AfterRestoreOptions {
  readonly topology: Topology;
  /** Says what it would do, and does nothing. */
  readonly dryRun: boolean;
  /** Messages that were published in the last minutes before the database ends go out again. */
  readonly minutes: number;
  /** Whether jobs that wait at vendors which cannot be asked are started at once. */
  readonly startBlind: boolean;
}

export interface AfterRestoreReport extends Restored {
  readonly dryRun: boolean;
  readonly streams: readonly string[];
  readonly sentAgain: readonly SentAgain[];
  readonly paused: readonly BlindProvider[];
  /** Every invariant afterwards; null where nothing was done. */
  readonly check: CheckReport | null;
}

const KEPT_VIOLATIONS = 20;

/**
 * Brings the platform into a state from which it may start, after its database was restored to an earlier moment and its streams were
 * lost or are newer: streams are made anew, which is a new epoch for clients; attempts that may have been sent are uncertain. Nothing
 * may run meanwhile. May be done again at any point of it. Throws `conflict` and `forbidden`, before anything was changed.
 */
export async function afterRestore(
  parts: { readonly database: Database<JobsSchema>; readonly bus: Bus },
  { topology, dryRun, minutes, startBlind }: AfterRestoreOptions,
): Promise<AfterRestoreReport> {
  const { database, bus } = parts;
  if (!dryRun) await assertNothingRuns(parts, topology);
  const restored = await readRestored(database);
  const paused = startBlind ? [] : await readBlindProviders(database);
  const planned = await sendAgain(database, { minutes, dryRun: true });
  if (dryRun) {
    const streams = (await presentStreams(bus, topology)).map(({ name }) => name);
    return { ...restored, dryRun, streams, sentAgain: planned, paused, check: null };
  }
  // First what keeps things from being bought, should this end halfway and somebody start the platform all the same.
  await pauseAll(database, paused);
  // Before anything writes messages of its own: the last minutes are counted from the newest one.
  const sentAgain = await sendAgain(database, { minutes, dryRun });
  await doubtAttempts(database);
  const streams = await remakeStreams(bus, topology);
  const check = await checkAll(parts, { keepPerRule: KEPT_VIOLATIONS });
  return { ...restored, dryRun, streams, sentAgain, paused, check };
}
