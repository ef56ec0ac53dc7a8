import { sql } from 'kysely';
import type { ProviderSpec, VendorTaskRef } from '@shotloom/contracts';
import { clockOnce } from '@shotloom/database';
import type { JobsTx } from '../jobs/job-changes';
import type { ModelClock } from '../models/model-clock';
import { pollInterval } from './poll-interval';

/** Lookups after a lost answer: soon, since a user waits and a hold is open; then ever more rarely. Seconds. */
const LOOKUP = { first: 5, longest: 120 };
const LATE_SECONDS = 300;

interface DueRow {
  attempt_id: string;
  credential_id: string;
  credential_version: number;
  poll_no: number;
  verb: 'poll' | 'lookup' | 'late';
  misses: number;
  model: string;
  operation: string;
  external_task_id: string | null;
  vendor_task_id: string | null;
  elapsed: number;
  /** The attempt was given up, and nobody looks for its video any more. */
  stale: boolean;
}

export interface ClaimedPoll {
  readonly credential: { readonly id: string; readonly version: number };
  readonly task: VendorTaskRef & { readonly pollNo: number; readonly verb: 'poll' | 'lookup' };
}

export interface ClaimOptions {
  readonly provider: ProviderSpec;
  readonly limit: number;
  readonly models: Pick<ModelClock, 'timesOf'>;
  /** How many of the wanted calls the vendor's budget allows now, by credential. */
  readonly takeCalls: (
    tx: JobsTx,
    wanted: ReadonlyMap<string, number>,
  ) => Promise<ReadonlyMap<string, number>>;
  readonly random: () => number;
  /** The shortest wait that the owner of a key wants; undefined for the operator's. */
  readonly wantedSeconds?: (credentialId: string) => number | undefined;
}

/**
 * Claims what is due at one provider: moving `next_poll_at` is the claim, and also the next question, so that an answer that tells
 * nothing new writes nothing. What the budget does not allow stays due. Several replicas share the work by skipped locks.
 */
export async function claimPolls(tx: JobsTx, options: ClaimOptions): Promise<readonly ClaimedPoll[]> {
  const rows = await readDue(tx, options.provider.id, options.limit);
  const stale = rows.filter((row) => row.stale).map((row) => row.attempt_id);
  if (stale.length > 0) await tx.sql.deleteFrom('jobs.timers').where('attempt_id', 'in', stale).execute();
  const allowed = await withinBudget(
    tx,
    rows.filter((row) => !row.stale),
    options,
  );
  if (allowed.length === 0) return [];
  const waits = allowed.map((row) => nextWait(row, options));
  await sql`
    UPDATE jobs.timers AS timer
    SET poll_no = timer.poll_no + 1, next_poll_at = clock_timestamp() + make_interval(secs => next.wait)
    FROM unnest(${allowed.map((row) => row.attempt_id)}::uuid[], ${waits}::double precision[]) AS next (attempt_id, wait)
    WHERE timer.attempt_id = next.attempt_id`.execute(tx.sql);
  return allowed.map(toPoll);
}

async function readDue(tx: JobsTx, provider: string, limit: number): Promise<DueRow[]> {
  const { rows } = await sql<DueRow>`
    SELECT timer.attempt_id, timer.credential_id, timer.credential_version, timer.poll_no, timer.verb, timer.misses,
      attempt.model, attempt.operation, attempt.external_task_id, attempt.vendor_task_id,
      coalesce(extract(epoch FROM clock_timestamp() - attempt.submitted_at), 0)::float AS elapsed,
      attempt.finished_at IS NOT NULL AND (timer.verb <> 'late' OR attempt.hard_limit_at IS NULL
        OR clock_timestamp() > attempt.hard_limit_at + (attempt.hard_limit_at - attempt.submitted_at)) AS stale
    FROM jobs.timers AS timer JOIN jobs.attempts AS attempt ON attempt.attempt_id = timer.attempt_id
    WHERE timer.provider = ${provider} AND timer.next_poll_at <= ${clockOnce}
    ORDER BY timer.next_poll_at LIMIT ${limit}
    FOR UPDATE OF timer SKIP LOCKED`.execute(tx.sql);
  return rows;
}

async function withinBudget(tx: JobsTx, rows: readonly DueRow[], options: ClaimOptions): Promise<DueRow[]> {
  const batch = options.provider.poll?.batch ?? 1;
  const byCredential = Map.groupBy(rows, (row) => row.credential_id);
  const wanted = new Map([...byCredential].map(([id, mine]) => [id, callsFor(mine, batch)]));
  const calls = await options.takeCalls(tx, wanted);
  return [...byCredential].flatMap(([id, mine]) => firstWithin(mine, calls.get(id) ?? 0, batch));
}

/** Polls share calls; a lookup is a call of its own. */
function callsFor(rows: readonly DueRow[], batch: number): number {
  const lookups = rows.filter(({ verb }) => verb === 'lookup').length;
  return lookups + Math.ceil((rows.length - lookups) / batch);
}

/** Those that are due the longest, as many as the calls are enough for. */
function firstWithin(rows: readonly DueRow[], calls: number, batch: number): DueRow[] {
  let [lookups, polls] = [0, 0];
  return rows.filter(({ verb }) => {
    const isLookup = verb === 'lookup';
    const needed = lookups + Number(isLookup) + Math.ceil((polls + Number(!isLookup)) / batch);
    if (needed > calls) return false;
    if (isLookup) lookups += 1;
    else polls += 1;
    return true;
  });
}

function nextWait(row: DueRow, { provider, models, random, wantedSeconds }: ClaimOptions): number {
  switch (row.verb) {
    case 'lookup':
      return Math.min(LOOKUP.first * 2 ** Math.min(row.misses, 5), LOOKUP.longest);
    case 'late':
      return LATE_SECONDS;
    case 'poll':
      return pollInterval({
        elapsed: row.elapsed,
        times: models.timesOf(row.model),
        min: provider.poll?.minSeconds ?? 5,
        max: provider.poll?.maxSeconds ?? 60,
        wanted: wantedSeconds?.(row.credential_id),
        misses: row.misses,
        random: random(),
      });
  }
}

function toPoll(row: DueRow): ClaimedPoll {
  return {
    credential: { id: row.credential_id, version: row.credential_version },
    task: {
      attemptId: row.attempt_id,
      externalTaskId: row.external_task_id ?? row.attempt_id,
      vendorTaskId: row.vendor_task_id,
      operation: row.operation,
      pollNo: row.poll_no + 1,
      verb: row.verb === 'lookup' ? 'lookup' : 'poll',
    },
  };
}
