import { sql, type RawBuilder } from 'kysely';
import { opens } from '../sharing/share-rows';

/**
 * What `expiresAt` and `keptDays` read, beside a table `asset`. The newer of the news of the account and of its plan counts; of an account
 * that is not known nothing expires.
 */
export const retentionJoins: RawBuilder<unknown> = sql`
  left join media.account_retention as account on account.account_id = asset.account_id
  left join media.plan_retention as plan on plan.plan_id = account.plan_id and plan.version > account.version`;

/** Days; null: for ever. */
export const keptDays: RawBuilder<number | null> = sql`
  (case when plan.plan_id is null then account.retention_days else plan.retention_days end)`;

/** Whatever its plan says: somebody holds it, or the public has a link to it that opens. */
const isHeld: RawBuilder<boolean> = sql`
  (exists (select from media.asset_holds as hold where hold.asset_id = asset.asset_id)
    or exists (select from media.shares as share where share.asset_id = asset.asset_id and ${opens}))`;

/** Its age is counted from here: who uploads the same file again gets this asset, and has uploaded it now. */
const keptSince: RawBuilder<Date> = sql`
  greatest(asset.created_at,
    (select max(claim.created_at) from media.asset_claims as claim where claim.asset_id = asset.asset_id))`;

/** When an asset is past what its plan keeps; null for never. Of what is held it is never. */
export const expiresAt: RawBuilder<Date | null> = sql`
  (case when ${isHeld} then null
    else ${keptSince} + make_interval(days => ${keptDays}) end)`;
