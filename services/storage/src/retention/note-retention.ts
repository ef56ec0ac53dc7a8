import { sql } from 'kysely';
import type { accountRetentionRpc, PayloadOf, retentionChangedV1, RpcResponse } from '@shotloom/contracts';
import type { MediaTx } from '../assets/asset-rows';

type News = PayloadOf<typeof retentionChangedV1>;
type AccountNews = RpcResponse<typeof accountRetentionRpc>['accounts'][number];

/** Keeps news of an account's plan, or of the plan itself. Older news changes nothing, and the same again changes nothing. */
export async function noteRetention(tx: MediaTx, news: News): Promise<void> {
  const { account, planId, version, retentionDays } = news;
  if (account !== null) {
    const { id: accountId, version: accountVersion } = account;
    await noteAccounts(tx, [{ accountId, accountVersion, planId, version, retentionDays }]);
    return;
  }
  await sql`
    insert into media.plan_retention as known (plan_id, version, retention_days)
    values (${planId}, ${version}, ${retentionDays})
    on conflict (plan_id) do update set version = excluded.version, retention_days = excluded.retention_days
    where known.version < excluded.version`.execute(tx.sql);
}

/** The same for accounts that were asked for. */
export async function noteAccounts(tx: MediaTx, accounts: readonly AccountNews[]): Promise<void> {
  const rows = accounts.map(({ accountId, accountVersion, planId, version, retentionDays }) => ({
    account_id: accountId,
    account_version: accountVersion,
    plan_id: planId,
    version,
    retention_days: retentionDays,
  }));
  await sql`
    insert into media.account_retention as known
    select * from jsonb_populate_recordset(null::media.account_retention, ${JSON.stringify(rows)}::jsonb)
    on conflict (account_id) do update set account_version = excluded.account_version, plan_id = excluded.plan_id,
      version = excluded.version, retention_days = excluded.retention_days
    where known.account_version < excluded.account_version`.execute(tx.sql);
}
