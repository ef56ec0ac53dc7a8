import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { RpcRequest, RpcResponse, shareJobRpc } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import type { MediaTx } from '../assets/asset-rows';
import { enterGallery, judgeAgain, leaveGallery } from '../gallery/entries';
import { notShared, sharesOf, toShareRecord, type ShareRow } from './share-rows';

type Wanted = RpcRequest<typeof shareJobRpc>;

/** 256 random bits: nobody finds one by guessing. */
const newToken = (): string => randomBytes(32).toString('base64url');

/** See `shareJobRpc`. Two at once follow each other, and so do a share and the deletion of its video. */
export function shareJob(
  { database }: Pick<Storage, 'database'>,
  wanted: Wanted,
): Promise<RpcResponse<typeof shareJobRpc>> {
  return database.run(async (tx) => {
    await lockVideo(tx, wanted);
    const known = await findShare(tx, wanted);
    if (known?.row.blocked_at) {
      throw new AppError('forbidden', 'The operator of this platform took this video down.');
    }
    const created = !known?.isLive;
    const shareId = known
      ? await change(tx, known.row, wanted, created)
      : await insert(tx, wanted).then(() => wanted.shareId);
    if (created) await leaveGallery(tx, shareId);
    if (wanted.needsApproval && known && changesWords(known.row, wanted)) await judgeAgain(tx, shareId);
    if (wanted.inGallery === true) await enterGallery(tx, shareId, wanted);
    if (wanted.inGallery === false) await leaveGallery(tx, shareId);
    const row = await sharesOf(tx.sql, wanted.userId)
      .where('share.share_id', '=', shareId)
      .executeTakeFirst();
    if (!row) throw notShared(wanted.jobId);
    return { share: toShareRecord(row), created };
  });
}

/** Until the end: it is not deleted meanwhile, and another share of it waits. Asset, share, entry: everywhere in this order. */
async function lockVideo(tx: MediaTx, { assetId, userId }: Wanted): Promise<void> {
  const video = await tx.sql
    .selectFrom('media.assets')
    .select('asset_id')
    .where('asset_id', '=', assetId)
    .where('owner_user_id', '=', userId)
    .where('kind', '=', 'video')
    .where('deleted_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!video) throw new AppError('not_found', `There is no video ${assetId}.`);
}

async function findShare(
  tx: MediaTx,
  { assetId, userId }: Wanted,
): Promise<{ row: ShareRow; isLive: boolean } | undefined> {
  const found = await tx.sql
    .selectFrom('media.shares')
    .selectAll()
    .select(sql<boolean>`token is not null and (expires_at is null or expires_at > now())`.as('is_live'))
    .where('asset_id', '=', assetId)
    .where('owner_user_id', '=', userId)
    .forUpdate()
    .executeTakeFirst();
  return found && { row: found, isLive: found.is_live };
}

async function insert(tx: MediaTx, wanted: Wanted): Promise<void> {
  const { shareId, jobId, assetId, accountId, userId, model } = wanted;
  await tx.sql
    .insertInto('media.shares')
    .values({
      ...{ share_id: shareId, job_id: jobId, asset_id: assetId, account_id: accountId },
      ...{ owner_user_id: userId, model, token: newToken(), blocked_at: null, ...termsOf(wanted) },
    })
    .execute();
}

/** What lives keeps what is not said; what was revoked or has expired begins anew, under another token. */
async function change(tx: MediaTx, row: ShareRow, wanted: Wanted, anew: boolean): Promise<string> {
  const terms = anew
    ? { ...termsOf(wanted), token: newToken(), created_at: sql<Date>`now()` }
    : termsOf({
        title: wanted.title === undefined ? row.title : wanted.title,
        prompt: wanted.prompt === undefined ? row.prompt : wanted.prompt,
        allowDownload: wanted.allowDownload ?? row.allow_download,
        expiresAt: wanted.expiresAt === undefined ? row.expires_at?.toISOString() : wanted.expiresAt,
      });
  await tx.sql.updateTable('media.shares').set(terms).where('share_id', '=', row.share_id).execute();
  return row.share_id;
}

type Terms = Partial<Pick<Wanted, 'title' | 'prompt' | 'allowDownload' | 'expiresAt'>>;

const termsOf = ({ title, prompt, allowDownload, expiresAt }: Terms) => ({
  title: title ?? null,
  prompt: prompt ?? null,
  allow_download: allowDownload ?? false,
  expires_at: typeof expiresAt === 'string' ? new Date(expiresAt) : null,
});

const changesWords = (row: ShareRow, { title, prompt }: Wanted): boolean =>
  (title !== undefined && title !== row.title) || (typeof prompt === 'string' && prompt !== row.prompt);
