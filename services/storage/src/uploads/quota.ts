import { sql, type Kysely } from 'kysely';
import type { UploadLimits } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { MediaTx } from '../assets/asset-rows';
import type { MediaTables } from '../schema/tables';

/** More would be a way to keep much without completing anything. */
const MOST_OPEN = 50;
/** Of what was deleted and is kept for a while, in quotas: else who uploads and deletes in turn keeps any number of bytes here. */
const MOST_DELETED = 2;

export interface Usage {
  readonly usedBytes: number;
  readonly files: number;
  /** Announced by uploads that are open. */
  readonly reservedBytes: number;
  readonly openUploads: number;
}

export async function usageOf(db: Kysely<MediaTables>, userId: string): Promise<Usage> {
  const { rows } = await sql<Usage>`
    select coalesce(max(usage.used_bytes), 0)::bigint as "usedBytes", coalesce(max(usage.files), 0)::bigint as files,
      coalesce(max(open.bytes), 0)::bigint as "reservedBytes", coalesce(max(open.number), 0)::bigint as "openUploads"
    from (select coalesce(sum(size_bytes), 0) as bytes, count(*) as number from media.uploads
      where owner_user_id = ${userId} and state = 'open') as open
    left join media.storage_usage as usage on usage.owner_user_id = ${userId}`.execute(db);
  return rows[0] ?? { usedBytes: 0, files: 0, reservedBytes: 0, openUploads: 0 };
}

/** Before an upload is opened, in its transaction: those of one user are opened one after the other. Throws `conflict`. */
export async function reserve(
  tx: MediaTx,
  userId: string,
  { quotaBytes }: UploadLimits,
  sizeBytes: number,
): Promise<void> {
  const name = `media.uploads-of.${userId.toLowerCase()}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx.sql);
  const { usedBytes, reservedBytes, openUploads } = await usageOf(tx.sql, userId);
  if (openUploads >= MOST_OPEN) {
    throw new AppError(
      'conflict',
      `You have ${openUploads} uploads open: complete or delete some of them first.`,
      { details: { reason: 'too_many_uploads', open_uploads: openUploads } },
    );
  }
  refuseOver(quotaBytes, usedBytes + reservedBytes, sizeBytes);
  await refuseChurn(tx, userId, quotaBytes, sizeBytes);
}

/**
 * After an asset was registered, in its transaction: the trigger has counted it, and holds the row of the user until the commit, so two
 * at once cannot both fit into the same room. Throws `conflict`, which takes the asset back.
 */
export async function checkQuota(
  tx: MediaTx,
  userId: string,
  { quotaBytes }: UploadLimits,
  sizeBytes: number,
): Promise<void> {
  if (quotaBytes === null) return;
  const { used_bytes: used } = await tx.sql
    .selectFrom('media.storage_usage')
    .select('used_bytes')
    .where('owner_user_id', '=', userId)
    .executeTakeFirstOrThrow();
  refuseOver(quotaBytes, used - sizeBytes, sizeBytes);
  await refuseChurn(tx, userId, quotaBytes, sizeBytes);
}

/** A deletion makes room in the quota at once, and its bytes go later: so much later that the disk would be full before. */
async function refuseChurn(
  tx: MediaTx,
  userId: string,
  quotaBytes: number | null,
  sizeBytes: number,
): Promise<void> {
  if (quotaBytes === null) return;
  const { rows } = await sql<{ deleted: number }>`
    select coalesce(sum(size_bytes), 0)::bigint as deleted from media.assets
    where owner_user_id = ${userId} and origin = 'upload' and deleted_at is not null and objects_removed_at is null`.execute(
    tx.sql,
  );
  const deletedBytes = rows[0]?.deleted ?? 0;
  if (deletedBytes + sizeBytes <= MOST_DELETED * quotaBytes) return;
  throw new AppError(
    'conflict',
    `You have deleted ${deletedBytes} bytes that are still kept for a while, since jobs may be reading them. Upload more when they are gone, in a day at most.`,
    { details: { reason: 'too_much_deleted', quota_bytes: quotaBytes, deleted_bytes: deletedBytes } },
  );
}

function refuseOver(quotaBytes: number | null, usedBytes: number, sizeBytes: number): void {
  if (quotaBytes === null || usedBytes + sizeBytes <= quotaBytes) return;
  throw new AppError(
    'conflict',
    `Your plan keeps ${quotaBytes} bytes; ${usedBytes} are used or reserved, and this file needs ${sizeBytes}. ` +
      'Delete uploads that you do not need (DELETE /api/v1/uploads/{id}), or take a larger plan.',
    {
      details: {
        reason: 'storage_quota',
        quota_bytes: quotaBytes,
        used_bytes: usedBytes,
        needed_bytes: sizeBytes,
      },
    },
  );
}
