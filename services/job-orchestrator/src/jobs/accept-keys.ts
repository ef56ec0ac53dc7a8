import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import type { AcceptRequest } from './accept-request';
import { KEY_LIFE } from './idempotency';
import type { JobsTx } from './job-changes';

/** A request that may have a key, and the jobs that the key then stands for. */
export type Keyed = Pick<AcceptRequest, 'userId' | 'jobIds' | 'idempotency'>;

/** A key as its first request left it. */
export interface KnownKey {
  readonly bodyHash: string;
  readonly jobIds: readonly string[];
}

interface KeyRow {
  readonly owner_user_id: string;
  readonly route: string;
  readonly key: string;
  readonly body_hash: string;
  readonly job_ids: readonly string[];
}

/** Names a request's key among all users; undefined where it has none. */
export function keyName({ userId, idempotency }: Keyed): string | undefined {
  return idempotency === null ? undefined : JSON.stringify([userId, idempotency.route, idempotency.key]);
}

/**
 * Claims the keys of these requests, no two of which have the same, for their job ids; a key past its life is taken over. Returns
 * those that were used before, by name. Two transactions with the same key: the second waits here for the first to end, then
 * sees what it left. They are taken in one order, so that two groups cannot wait for each other.
 */
export async function claimKeys(
  tx: JobsTx,
  requests: readonly Keyed[],
): Promise<ReadonlyMap<string, KnownKey>> {
  const rows = requests.flatMap(toRow);
  if (rows.length === 0) return new Map();
  const items = JSON.stringify(rows);
  const claimed = await sql<KeyRow>`
    INSERT INTO jobs.idempotency_keys AS known (owner_user_id, route, key, body_hash, job_ids)
    SELECT owner_user_id, route, key, body_hash, job_ids FROM jsonb_populate_recordset(NULL::jobs.idempotency_keys, ${items}::jsonb)
    ORDER BY owner_user_id, route, key
    ON CONFLICT (owner_user_id, route, key) DO UPDATE
    SET body_hash = excluded.body_hash, job_ids = excluded.job_ids, created_at = excluded.created_at
    WHERE known.created_at < now() - ${KEY_LIFE}
    RETURNING owner_user_id, route, key`.execute(tx.sql);
  if (claimed.rows.length === rows.length) return new Map();
  const mine = new Set(claimed.rows.map(nameOfRow));
  const known = await sql<KeyRow>`
    SELECT known.* FROM jobs.idempotency_keys AS known
    JOIN jsonb_populate_recordset(NULL::jobs.idempotency_keys, ${items}::jsonb) AS item USING (owner_user_id, route, key)`.execute(
    tx.sql,
  );
  return new Map(
    known.rows
      .filter((row) => !mine.has(nameOfRow(row)))
      .map((row) => [nameOfRow(row), { bodyHash: row.body_hash, jobIds: row.job_ids }]),
  );
}

/** Gives back what this transaction claimed for requests that are refused: their keys may be used again. */
export async function giveBackKeys(tx: JobsTx, requests: readonly Keyed[]): Promise<void> {
  const rows = requests.flatMap(toRow);
  if (rows.length === 0) return;
  await sql`
    DELETE FROM jobs.idempotency_keys AS known
    USING jsonb_populate_recordset(NULL::jobs.idempotency_keys, ${JSON.stringify(rows)}::jsonb) AS item
    WHERE known.owner_user_id = item.owner_user_id AND known.route = item.route AND known.key = item.key
      AND known.job_ids = item.job_ids`.execute(tx.sql);
}

/** Throws where a key was used with another body. */
export function assertSameBody(request: Keyed, bodyHash: string): void {
  if (request.idempotency?.bodyHash === bodyHash) return;
  throw new AppError(
    'conflict',
    'This Idempotency-Key was used with another body. Use a new key for a new request.',
  );
}

function toRow({ userId, jobIds, idempotency }: Keyed): KeyRow[] {
  if (idempotency === null) return [];
  const { route, key, bodyHash } = idempotency;
  return [{ owner_user_id: userId, route, key, body_hash: bodyHash, job_ids: jobIds }];
}

function nameOfRow({ owner_user_id: userId, route, key }: KeyRow): string {
  return JSON.stringify([userId, route, key]);
}
