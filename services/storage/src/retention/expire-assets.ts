import { sql } from 'kysely';
import { accountRetentionRpc, mediaDeleteV1, subjects } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import type { AssetRow } from '../assets/asset-rows';
import { askInUse, MOST_ASKED } from '../deletion/in-use';
import { forgetShare } from '../sharing/forget-share';
import { keepUp } from '../sweep/keep-up';
import { expiresAt, keptDays, retentionJoins } from './expiry';
import { noteAccounts } from './note-retention';

type Parts = Pick<Storage, 'bus' | 'database' | 'logger' | 'metrics'>;
type Due = Pick<AssetRow, 'asset_id' | 'owner_user_id'>;

export interface ExpiryOptions {
  /**
   * What was marked waits so long before it goes. From the mark on it is given to no new job, so this has to be longer than a job takes
   * from its look at its inputs to its accept. Seconds.
   */
  readonly graceSeconds?: number;
  /** What was due for days when it was marked waits so much longer, as long as its plan keeps so little. */
  readonly suddenSeconds?: number;
  /** Of accounts asked for, and of assets that go, in one round: what an RPC takes. */
  readonly batch?: number;
  /** Marked in one call. */
  readonly marks?: number;
  /** Rounds in one call. */
  readonly rounds?: number;
}

const GRACE_SECONDS = 600;
const SUDDEN_SECONDS = 7 * 86_400;
/** Looks come every quarter of an hour, and a weekend without any is nothing unusual. */
const SUDDEN = sql`interval '2 days'`;
const BATCH = MOST_ASKED;
const MARKS = 5_000;
const ROUNDS = 50;

/**
 * Takes what is past what its plan keeps, a bounded part of it. In two steps: what is due is marked, and goes a while later if no job that
 * has not ended has it as an input. Where job-orchestrator gives no answer, nothing goes. Safe in all replicas at once. Returns how many.
 */
export async function expireAssets(
  parts: Parts,
  {
    graceSeconds = GRACE_SECONDS,
    suddenSeconds = SUDDEN_SECONDS,
    batch = BATCH,
    marks = MARKS,
    rounds = ROUNDS,
  }: ExpiryOptions = {},
): Promise<{ marked: number; expired: number }> {
  await learnOfAccounts(parts, batch);
  const marked = await markDue(parts, marks, suddenSeconds);
  await unmarkKept(parts, marks);
  let expired = 0;
  await keepUp({ batch, rounds }, async () => {
    const ready = await readyToGo(parts, graceSeconds, batch);
    if (ready.length === 0) return 0;
    const { taken, postponed } = await takeUnused(parts, ready);
    expired += taken;
    // What neither went nor waits anew would only be found again.
    return taken + postponed === 0 ? 0 : ready.length;
  });
  parts.metrics.expired(expired);
  return { marked, expired };
}

async function takeUnused(
  parts: Parts,
  ready: readonly Due[],
): Promise<{ readonly taken: number; readonly postponed: number }> {
  const { inUse } = await askInUse(parts.bus, ready);
  const used = new Set(inUse);
  await postpone(parts, inUse);
  const free = ready.map((row) => row.asset_id).filter((assetId) => !used.has(assetId));
  return { taken: await take(parts, free), postponed: used.size };
}

/** Accounts that have assets and were never told of: the news of their plan came before storage listened. */
async function learnOfAccounts({ bus, database, logger }: Parts, batch: number): Promise<void> {
  const { rows } = await sql<{ account_id: string }>`
    with recursive owners as (
      (select account_id from media.assets where deleted_at is null order by account_id limit 1)
      union all
      select (select asset.account_id from media.assets as asset
        where asset.deleted_at is null and asset.account_id > owners.account_id order by asset.account_id limit 1)
      from owners where owners.account_id is not null
    )
    select account_id from owners
    where account_id is not null and not exists (
      select from media.account_retention as known where known.account_id = owners.account_id)
    limit ${batch}`.execute(database.sql);
  if (rows.length === 0) return;
  try {
    const accountIds = rows.map(({ account_id }) => account_id);
    const { accounts } = await bus.request(accountRetentionRpc, { accountIds });
    if (accounts.length > 0) await database.run((tx) => noteAccounts(tx, accounts));
  } catch (error) {
    logger.warn({ err: error }, 'the gateway told nothing of the plans of accounts; what is theirs is kept');
  }
}

/**
 * What was due long ago is due all at once: its plan keeps less than yesterday, because a payment failed, somebody mistyped, or the account
 * was not known. It waits longer, so that there is time to set that right.
 */
async function markDue({ database }: Parts, limit: number, suddenSeconds: number): Promise<number> {
  const { numAffectedRows } = await sql`
    update media.assets as marked
    set expiring_at = now() + make_interval(secs => case when due.is_sudden then ${suddenSeconds}::float8 else 0 end)
    from (
      select due.* from media.account_retention as account
      left join media.plan_retention as plan on plan.plan_id = account.plan_id and plan.version > account.version
      cross join lateral (
        select asset.asset_id, ${expiresAt} < now() - ${SUDDEN} as is_sudden
        from media.assets as asset
        where asset.account_id = account.account_id and asset.deleted_at is null and asset.expiring_at is null
          and asset.created_at <= now() - make_interval(days => ${keptDays})
          and ${expiresAt} <= now()
        order by asset.created_at limit ${limit}
      ) as due
      where ${keptDays} is not null
      limit ${limit}
    ) as due
    where marked.asset_id = due.asset_id and marked.expiring_at is null and marked.deleted_at is null`.execute(
    database.sql,
  );
  return Number(numAffectedRows ?? 0n);
}

/** A plan that keeps more, somebody who holds it, or the same file once more has come since. */
async function unmarkKept({ database }: Parts, limit: number): Promise<void> {
  await sql`
    update media.assets as marked set expiring_at = null
    where marked.deleted_at is null and marked.asset_id in (
      select asset.asset_id from media.assets as asset ${retentionJoins}
      where asset.expiring_at is not null and asset.deleted_at is null
        and (${expiresAt} is null or ${expiresAt} > now())
      limit ${limit})`.execute(database.sql);
}

async function readyToGo({ database }: Parts, graceSeconds: number, limit: number): Promise<readonly Due[]> {
  return database.sql
    .selectFrom('media.assets')
    .select(['asset_id', 'owner_user_id'])
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`expiring_at <= now() - make_interval(secs => ${graceSeconds})`)
    .orderBy('expiring_at')
    .limit(limit)
    .execute();
}

/** What is in use is looked at again after those that were marked by now. */
async function postpone({ database }: Parts, assetIds: readonly string[]): Promise<void> {
  if (assetIds.length === 0) return;
  await sql`
    update media.assets set expiring_at = now()
    where asset_id = any(${assetIds}::uuid[]) and expiring_at is not null and deleted_at is null`.execute(
    database.sql,
  );
}

/** Tombstones and what removes the files, in one transaction. The rows are locked first, so that no hold comes in between. */
async function take({ database }: Parts, assetIds: readonly string[]): Promise<number> {
  return database.run(async (tx) => {
    await sql`
      select from media.assets where asset_id = any(${assetIds}::uuid[]) order by asset_id for update`.execute(
      tx.sql,
    );
    const { rows } = await sql<Due>`
      update media.assets as taken set deleted_at = now(), expired_at = now()
      where taken.asset_id in (
        select asset.asset_id from media.assets as asset ${retentionJoins}
        where asset.asset_id = any(${assetIds}::uuid[]) and asset.expiring_at is not null and asset.deleted_at is null
          and ${expiresAt} <= now())
      returning taken.asset_id, taken.owner_user_id`.execute(tx.sql);
    for (const { asset_id: assetId, owner_user_id: ownerUserId } of rows) {
      await forgetShare(tx, assetId);
      tx.emit({
        contract: mediaDeleteV1,
        payload: { ownerUserId, assetId, attemptId: null, objectKeys: [] },
        subject: subjects.mediaDelete,
        partitionKey: assetId,
        correlationId: newId(),
      });
    }
    return rows.length;
  });
}
