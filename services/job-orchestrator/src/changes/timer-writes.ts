import { sql, type RawBuilder } from 'kysely';
import { arrayOf } from '@shotloom/database';
import type { AttemptRow } from '../attempts/attempt-rows';

export type TimerChange =
  | {
      readonly kind: 'start';
      readonly attempt: AttemptRow;
      readonly verb: 'poll' | 'lookup' | 'late';
      readonly afterSeconds: number;
    }
  /** Nobody need ask any more. */
  | { readonly kind: 'stop' }
  /** Asked as soon as the vendor's budget allows. */
  | { readonly kind: 'ask' }
  /** The vendor knows the task again. */
  | { readonly kind: 'forget' };

/** Of several changes of one timer: a start or a stop says all; the others go on from what is there. */
export function nextTimerChange(before: TimerChange | undefined, change: TimerChange): TimerChange {
  if (before === undefined || change.kind === 'start' || change.kind === 'stop') return change;
  if (before.kind === 'stop') return before;
  if (before.kind !== 'start') return change.kind === 'ask' ? change : before;
  return change.kind === 'ask' ? { ...before, afterSeconds: Math.min(0, before.afterSeconds) } : before;
}

/** Questions that one send is asked about at the most, so that those of the next have higher numbers. */
const POLLS_PER_SEND = 10_000;
const HIGHEST_START = 2_000_000_000;

/**
 * Of `attempt`: the number of the question before the first one about it as it was sent last. What was answered about an earlier send, and is
 * told now, has a lower one: that the vendor had nothing then says nothing of what it was sent since.
 */
export const FIRST_POLL_NO = sql<number>`
  least(greatest(0, attempt.fence::bigint - 1) * ${sql.lit(POLLS_PER_SEND)}, ${sql.lit(HIGHEST_START)})::int`;

/** At most one statement of each kind. */
export function writeTimers(changes: ReadonlyMap<string, TimerChange>): RawBuilder<unknown>[] {
  const ids = (kind: TimerChange['kind']): string[] =>
    [...changes].filter(([, change]) => change.kind === kind).map(([id]) => id);
  const [stopped, asked, forgotten] = [ids('stop'), ids('ask'), ids('forget')];
  const started = [...changes.values()].filter((change) => change.kind === 'start');
  return [
    ...(stopped.length > 0
      ? [sql`DELETE FROM jobs.timers WHERE attempt_id = ANY (${arrayOf(stopped, 'uuid')})`]
      : []),
    ...(asked.length > 0
      ? [
          sql`UPDATE jobs.timers SET next_poll_at = least(next_poll_at, clock_timestamp())
            WHERE attempt_id = ANY (${arrayOf(asked, 'uuid')})`,
        ]
      : []),
    ...(forgotten.length > 0
      ? [
          sql`UPDATE jobs.timers SET misses = 0, denials = 0
            WHERE attempt_id = ANY (${arrayOf(forgotten, 'uuid')}) AND misses > 0`,
        ]
      : []),
    ...(started.length > 0 ? [start(started)] : []),
  ];
}

function start(changes: readonly Extract<TimerChange, { kind: 'start' }>[]): RawBuilder<unknown> {
  return sql`
    INSERT INTO jobs.timers (attempt_id, provider, credential_id, credential_version, next_poll_at, verb, poll_no)
    SELECT attempt_id, provider, credential_id, credential_version, clock_timestamp() + make_interval(secs => after), verb, ${FIRST_POLL_NO}
    FROM unnest(
      ${changes.map(({ attempt }) => attempt.attempt_id)}::uuid[], ${changes.map(({ attempt }) => attempt.provider)}::text[],
      ${changes.map(({ attempt }) => attempt.credential_id)}::uuid[],
      ${changes.map(({ attempt }) => attempt.credential_version)}::int[],
      ${changes.map(({ afterSeconds }) => afterSeconds)}::float8[], ${changes.map(({ verb }) => verb)}::text[],
      ${changes.map(({ attempt }) => attempt.fence)}::int[]
    ) AS attempt (attempt_id, provider, credential_id, credential_version, after, verb, fence)
    ON CONFLICT (attempt_id) DO UPDATE SET next_poll_at = excluded.next_poll_at, verb = excluded.verb, misses = 0, denials = 0,
      poll_no = greatest(timers.poll_no, excluded.poll_no)`;
}
