import type { Client } from 'pg';
import { ACCOUNT_PREFIX, USER_PREFIX } from './users';

/** Jobs in one statement: few round trips, and no transaction so long that it hurts. */
const BATCH = 20_000;
const PRICE = 5;
/** One job a second, back from now: enough to spread over pages and time filters. */
const SECONDS_APART = 1;

/**
 * Finished jobs as the engine would have left them, for users in turn: the job with its output, its attempt, log and events that are on
 * the bus, and in the ledger the hold with its lots, its end and its transfers, so that the ledger's own check finds nothing
 * wrong. Numbers go on from `from`.
 */
export async function seedFinishedJobs(
  sql: Client,
  options: { readonly users: number; readonly from: number; readonly to: number },
): Promise<void> {
  const { users, from, to } = options;
  for (let first = from; first < to; first += BATCH) {
    await sql.query('begin');
    await sql.query(
      `create temporary table batch on commit drop as ${BATCH_ROWS}`,
      [first, Math.min(to, first + BATCH) - 1, users, ACCOUNT_PREFIX, USER_PREFIX].map(String),
    );
    for (const statement of [...LEDGER, ...JOBS]) await sql.query(statement);
    await sql.query('commit');
  }
  await sql.query('vacuum analyze');
}

/** An id that follows from a number, in SQL; `prefix` is an expression. */
export const idSql = (prefix: string, number: string): string =>
  `(${prefix} || lpad(to_hex(${number}), 12, '0'))::uuid`;

const BATCH_ROWS = `
  select ${idSql("'0e000000-0000-7000-8000-'", 'number')} as job_id,
    ${idSql("'0f000000-0000-7000-8000-'", 'number')} as attempt_id,
    ${idSql('$4', '1 + number % $3::bigint')} as account_id, ${idSql('$5', '1 + number % $3::bigint')} as user_id,
    (now() - number * interval '${SECONDS_APART} second')::timestamptz(3) as at
  from generate_series($1::bigint, $2::bigint) as number`;

const LEDGER = [
  `insert into ledger.holds (id, owner_id, amount, captured_amount, state, reference, price_version, alarm_at, created_at)
   select job_id, account_id, ${PRICE}, ${PRICE}, 'captured', job_id::text, 'bench', at + interval '1 day', at from batch`,
  `insert into ledger.hold_lots (hold_id, lot_id, amount, captured_amount)
   select job_id, lot.id, ${PRICE}, ${PRICE} from batch join ledger.lots as lot on lot.owner_id = account_id`,
  `insert into ledger.resolutions (hold_id, outcome, captured, returned, created_at)
   select job_id, 'captured', ${PRICE}, 0, at from batch`,
  `insert into ledger.transfers
     (id, owner_id, debit_account_id, credit_account_id, amount, kind, reference, hold_id, created_at)
   select gen_random_uuid(), batch.account_id, debit.id, credit.id, ${PRICE}, move.kind, job_id::text, job_id, at
   from batch cross join (values ('hold', 'available', 'held'), ('capture', 'held', 'captured')) as move (kind, source, target)
   join ledger.accounts as debit on debit.owner_id = batch.account_id and debit.kind = move.source
   join ledger.accounts as credit on credit.owner_id = batch.account_id and credit.kind = move.target`,
  `update ledger.lots set remaining = remaining - spent.amount
   from (select account_id, count(*) * ${PRICE} as amount from batch group by 1) as spent where owner_id = account_id`,
  `update ledger.accounts set balance = balance + case kind when 'captured' then spent.amount else -spent.amount end
   from (select account_id, count(*) * ${PRICE} as amount from batch group by 1) as spent
   where owner_id = account_id and kind in ('available', 'captured')`,
];

/** What the gateway makes of a plain request for text-to-video. */
export const requestOf = (provider: string, model: string): string =>
  JSON.stringify({ ...REQUEST, provider, model });

const REQUEST = {
  operation: 'text-to-video',
  prompt: 'A lighthouse at dusk, waves below, the camera rises slowly',
  negativePrompt: null,
  stylePreset: null,
  durationSeconds: 5,
  aspectRatio: '16:9',
  size: '720P',
  width: 1280,
  height: 720,
  seed: 7,
  strength: null,
  inputs: [],
  params: {},
  adjustments: [],
};

const OUTPUT = `jsonb_build_object('assetId', attempt_id, 'objectKey', 'attempts/' || attempt_id || '/1.mp4',
  'contentType', 'video/mp4', 'sizeBytes', 1000000, 'width', 1280, 'height', 720, 'durationSeconds', 5, 'fps', 24,
  'videoCodec', 'avc', 'sha256', md5(job_id::text), 'label', null)`;

const JOBS = [
  `insert into jobs.jobs (job_id, account_id, owner_user_id, operation, provider, model, status, progress, version, request,
     price_credits, price_version, credits_held, credits_captured, variant_index, variant_of, output, max_attempts,
     attempts_made, longest_wait_seconds, not_before, created_at, changed_at, started_at, finished_at)
   select job_id, account_id, user_id, 'text-to-video', 'animatic', 'animatic:animatic-1', 'completed', 100, 4,
     '${requestOf('animatic', 'animatic:animatic-1')}'::jsonb, ${PRICE}, 'bench', 0, ${PRICE}, 1, 1, ${OUTPUT}, 3, 1, 600, 'epoch', at, at, at, at from batch`,
  `insert into jobs.attempts (attempt_id, job_id, number, owner_user_id, provider, model, status, holds_slot,
     deadline_at, created_at, finished_at)
   select attempt_id, job_id, 1, user_id, 'animatic', 'animatic:animatic-1', 'stored', false, at, at, at from batch`,
  `insert into jobs.log (job_id, at, level, text)
   select job_id, at, line.level, line.text from batch
   cross join (values ('INFO', 'Accepted; 5 credits are held.'), ('SUCCESS', 'Completed; 5 credits were taken.')) as line (level, text)`,
  `insert into jobs.outbox (id, partition, subject, envelope, created_at, published_at)
   select gen_random_uuid(), abs(hashtext(job_id::text)) % 16, 'jobs.' || user_id, jsonb_build_object('seeded', job_id), at, now()
   from batch`,
];
