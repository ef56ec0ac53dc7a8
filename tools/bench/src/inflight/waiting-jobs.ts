import type { Client } from 'pg';
import { MODEL, PROVIDER } from '../vendor/vendor-world';
import { idSql, requestOf } from '../world/history';
import { ACCOUNT_PREFIX, numberedId, USER_PREFIX } from '../world/users';

const PRICE = 30;
/** Hours in which nothing of the seeded is overdue. */
const CALM_HOURS = 24;
const JOB_PREFIX = '1e000000-0000-7000-8000-';
const ATTEMPT_PREFIX = '1f000000-0000-7000-8000-';

export interface WaitingJobs {
  /** The number of the first, and how many: their ids follow from it. */
  readonly from: number;
  readonly count: number;
  readonly users: number;
  /** How long ago the vendor took them: decides how often each is asked about. Seconds. */
  readonly sinceSeconds: number;
  /** When each is asked about first. Seconds from now. */
  readonly askAfterSeconds: number;
}

/** What such jobs are called at the vendor. */
export function attemptIds({ from, count }: Pick<WaitingJobs, 'from' | 'count'>): string[] {
  return Array.from({ length: count }, (_none, index) => numberedId(ATTEMPT_PREFIX, from + index));
}

/**
 * Jobs that wait at the vendor, as the engine would have left them: job and attempt with the pinned key, the timer, the log, events
 * that are on the bus, and in the ledger an open hold with its lots and its transfer. `taskIds` are the vendor's names, in order.
 */
export async function seedWaitingJobs(
  sql: Client,
  jobs: WaitingJobs,
  taskIds: readonly string[],
): Promise<void> {
  const { from, users, sinceSeconds, askAfterSeconds } = jobs;
  await sql.query('begin');
  await sql.query(`create temporary table batch on commit drop as ${BATCH_ROWS}`, [
    ...[`${from}`, taskIds, `${users}`, ACCOUNT_PREFIX, USER_PREFIX],
    ...[`${sinceSeconds}`, `${askAfterSeconds}`],
  ]);
  for (const statement of [...LEDGER, ...JOBS]) await sql.query(statement);
  await sql.query('commit');
}

/** Spreads the next question about each waiting job evenly over a time that begins now, or after a wait. */
export async function askWithin(sql: Client, spreadSeconds: number, afterSeconds = 0): Promise<void> {
  await sql.query(
    `update jobs.timers set next_poll_at = clock_timestamp() + make_interval(secs => $2::float8 + random() * $1::float8)`,
    [spreadSeconds, afterSeconds],
  );
}

const NUMBER = '$1::bigint + task.place - 1';
const BATCH_ROWS = `
  select ${idSql(`'${JOB_PREFIX}'`, NUMBER)} as job_id, ${idSql(`'${ATTEMPT_PREFIX}'`, NUMBER)} as attempt_id,
    ${idSql('$4', `1 + (${NUMBER}) % $3::bigint`)} as account_id, ${idSql('$5', `1 + (${NUMBER}) % $3::bigint`)} as user_id,
    task.id as task_id, (now() - make_interval(secs => $6::float8))::timestamptz(3) as at,
    now() + make_interval(secs => $7::float8) as ask_at
  from unnest($2::text[]) with ordinality as task (id, place)`;

const LEDGER = [
  `insert into ledger.holds (id, owner_id, amount, state, reference, price_version, alarm_at, created_at)
   select job_id, account_id, ${PRICE}, 'open', job_id::text, 'bench', now() + interval '${CALM_HOURS} hours', at from batch`,
  `insert into ledger.hold_lots (hold_id, lot_id, amount)
   select job_id, lot.id, ${PRICE} from batch join ledger.lots as lot on lot.owner_id = account_id`,
  `insert into ledger.transfers
     (id, owner_id, debit_account_id, credit_account_id, amount, kind, reference, hold_id, created_at)
   select gen_random_uuid(), batch.account_id, debit.id, credit.id, ${PRICE}, 'hold', job_id::text, job_id, at
   from batch
   join ledger.accounts as debit on debit.owner_id = batch.account_id and debit.kind = 'available'
   join ledger.accounts as credit on credit.owner_id = batch.account_id and credit.kind = 'held'`,
  `update ledger.lots set remaining = remaining - spent.amount
   from (select account_id, count(*) * ${PRICE} as amount from batch group by 1) as spent where owner_id = account_id`,
  `update ledger.accounts set balance = balance + case kind when 'held' then spent.amount else -spent.amount end
   from (select account_id, count(*) * ${PRICE} as amount from batch group by 1) as spent
   where owner_id = account_id and kind in ('available', 'held')`,
];

const CREDENTIAL = `select id, current_version as version from identity.provider_credentials
  where provider = '${PROVIDER}' and owner_user_id is null limit 1`;

const JOBS = [
  `insert into jobs.jobs (job_id, account_id, owner_user_id, operation, provider, model, status, stage, progress, version,
     request, price_credits, price_version, credits_held, variant_index, variant_of, max_attempts, attempts_made,
     model_attempts, longest_wait_seconds, active_attempt_id, not_before, created_at, changed_at, started_at)
   select job_id, account_id, user_id, 'text-to-video', '${PROVIDER}', '${MODEL}', 'processing', 'running', 0, 3,
     '${requestOf(PROVIDER, MODEL)}'::jsonb, ${PRICE}, 'bench', ${PRICE}, 1, 1, 3, 1,
     1, 600, attempt_id, 'epoch', at, at, at from batch`,
  `insert into jobs.attempts (attempt_id, job_id, number, owner_user_id, provider, model, kind, status, credential_id,
     credential_version, external_task_id, vendor_task_id, price_credits, fence, usual_seconds, created_at, started_at,
     submitted_at, slow_at, due_at, deadline_at, hard_limit_at)
   select attempt_id, job_id, 1, user_id, '${PROVIDER}', '${MODEL}', 'poll', 'running', credential.id, credential.version,
     attempt_id::text, task_id, ${PRICE}, 1, 120, at, at, at, calm.until, calm.until, calm.until, calm.until
   from batch cross join (${CREDENTIAL}) as credential
   cross join (select now() + interval '${CALM_HOURS} hours' as until) as calm`,
  `insert into jobs.timers (attempt_id, provider, credential_id, credential_version, next_poll_at)
   select attempt_id, '${PROVIDER}', credential.id, credential.version, ask_at from batch cross join (${CREDENTIAL}) as credential`,
  `insert into jobs.log (job_id, at, level, text)
   select job_id, at, 'INFO', '${PROVIDER} has taken the task as ' || task_id || '.' from batch`,
  `insert into jobs.outbox (id, partition, subject, envelope, created_at, published_at)
   select gen_random_uuid(), abs(hashtext(job_id::text)) % 16, 'jobs.' || user_id, jsonb_build_object('seeded', job_id), at, now()
   from batch`,
];
