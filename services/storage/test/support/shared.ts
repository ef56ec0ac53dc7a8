import {
  listGalleryRpc,
  openShareRpc,
  shareJobRpc,
  type GalleryEntryRecord,
  type OpenedShare,
  type RpcRequest,
  type ShareRecord,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { ingest } from '../../src/ingest/ingest';
import { rendered, type RenderedRequest, type Stage } from './stage';

/** A finished job with its video, and whose it is. */
export interface FinishedJob {
  readonly request: RenderedRequest;
  readonly userId: string;
  readonly jobId: string;
  readonly assetId: string;
}

export async function finishedJob(
  stage: Stage,
  film: Buffer,
  owner: { ownerUserId?: string } = {},
): Promise<FinishedJob> {
  const request = await rendered(stage.store, film, owner);
  const context = { signal: AbortSignal.timeout(30_000), isFirst: true, isLast: false };
  await ingest(stage.storage, request, newId(), context);
  const { asset_id: assetId } = await stage.database.sql
    .selectFrom('media.assets')
    .select('asset_id')
    .where('attempt_id', '=', request.attemptId)
    .executeTakeFirstOrThrow();
  return { request, userId: request.ownerUserId, jobId: request.jobId, assetId };
}

type Terms = Partial<RpcRequest<typeof shareJobRpc>>;

export async function share(
  stage: Stage,
  { userId, jobId, assetId }: FinishedJob,
  terms: Terms = {},
): Promise<{ share: ShareRecord; created: boolean }> {
  const model = 'animatic:animatic-1';
  return stage.bus.request(shareJobRpc, {
    ...{ userId, jobId, assetId, accountId: userId, shareId: newId(), model, needsApproval: false },
    ...terms,
  });
}

export async function open(stage: Stage, token: string): Promise<OpenedShare | null> {
  return (await stage.bus.request(openShareRpc, { token, expiresInSeconds: 3_600 })).share;
}

/** A finished job in the gallery. */
export async function entry(
  stage: Stage,
  film: Buffer,
  terms: Terms = {},
): Promise<FinishedJob & { id: string }> {
  const job = await finishedJob(stage, film);
  const { share: made } = await share(stage, job, { inGallery: true, ...terms });
  return { ...job, id: made.shareId };
}

export async function gallery(
  stage: Stage,
  more: Partial<RpcRequest<typeof listGalleryRpc>> = {},
): Promise<{ entries: GalleryEntryRecord[]; nextCursor: string | null }> {
  return stage.bus.request(listGalleryRpc, { viewerUserId: null, sort: 'new', limit: 100, ...more });
}
