import type { Kysely } from 'kysely';
import { AppError, newId } from '@shotloom/kernel';
import { mediaFailedV1, mediaStoredV1, subjects } from '@shotloom/contracts';
import { once } from '@shotloom/database';
import {
  findAssetOfAttempt,
  insertAsset,
  lockAttempt,
  toAssetRecord,
  type AssetRow,
  type MediaTx,
} from '../assets/asset-rows';
import type { IngestOutcome } from '../metrics';
import { emitPoster } from '../posters/poster-message';
import { SCHEMA } from '../schema/migrations';
import type { MediaTables } from '../schema/tables';
import type { IngestRequest } from './ingest';
import type { Verdict } from './verdict';

/** How a request to store ended. `asset` is the living asset of the attempt, if there is one. */
export interface Settled {
  readonly outcome: IngestOutcome;
  readonly asset: AssetRow | undefined;
}

/**
 * The transaction of an ingest: the asset and the report of it, or neither. A message that was settled before is not
 * reported again; another message for the same attempt gets the first asset.
 */
export async function settleIngest(
  tx: MediaTx,
  request: IngestRequest,
  verdict: Verdict | undefined,
  messageId: string,
): Promise<Settled> {
  await lockAttempt(tx, request.attemptId);
  const first = await findAssetOfAttempt(tx.sql, request.attemptId);
  const fresh = await once(tx, SCHEMA, 'storage-ingest', messageId);
  const deleted = first !== undefined && first.deleted_at !== null;
  if (deleted || (await isUnwanted(tx.sql, request.attemptId))) {
    if (fresh) emitFailed(tx, request, unwanted());
    return { outcome: 'unwanted', asset: undefined };
  }
  if (first) {
    if (fresh) emitStored(tx, request, first);
    return { outcome: 'again', asset: first };
  }
  if (!verdict) throw new AppError('internal', `The asset of attempt ${request.attemptId} has vanished.`);
  if (!verdict.ok) {
    if (fresh) emitFailed(tx, request, verdict.error);
    return { outcome: verdict.outcome, asset: undefined };
  }
  return { outcome: 'stored', asset: await store(tx, request, verdict) };
}

async function store(
  tx: MediaTx,
  request: IngestRequest,
  { facts, key, sha256 }: Extract<Verdict, { ok: true }>,
): Promise<AssetRow> {
  const asset = await insertAsset(tx, {
    asset_id: newId(),
    account_id: request.accountId,
    owner_user_id: request.ownerUserId,
    kind: 'video',
    origin: 'generated',
    attempt_id: request.attemptId,
    job_id: request.jobId,
    object_key: key,
    content_type: facts.contentType,
    size_bytes: facts.sizeBytes,
    sha256,
    width: facts.width,
    height: facts.height,
    duration_seconds: facts.durationSeconds,
    fps: facts.fps,
    video_codec: facts.codec,
    label: request.label,
  });
  if (!asset) throw new AppError('internal', `The object ${key} belongs to another asset.`);
  emitStored(tx, request, asset);
  emitPoster(tx, asset);
  return asset;
}

/** The job was deleted or cancelled before its result came: nobody may be given it, and nobody pays for it. */
export async function isUnwanted(db: Kysely<MediaTables>, attemptId: string): Promise<boolean> {
  const tombstone = await db
    .selectFrom('media.attempt_tombstones')
    .select('attempt_id')
    .where('attempt_id', '=', attemptId)
    .executeTakeFirst();
  return tombstone !== undefined;
}

const unwanted = (): AppError => new AppError('cancelled', 'The result was deleted before it was stored.');

const route = ({ attemptId, jobId }: IngestRequest) => ({
  subject: subjects.mediaResults,
  partitionKey: attemptId,
  correlationId: jobId,
});

function emitStored(tx: MediaTx, request: IngestRequest, asset: AssetRow): void {
  const { jobId, attemptId } = request;
  const payload = { jobId, attemptId, asset: toAssetRecord(asset) };
  tx.emit({ contract: mediaStoredV1, payload, ...route(request) });
}

function emitFailed(tx: MediaTx, request: IngestRequest, error: AppError): void {
  const { jobId, attemptId } = request;
  const record = { ...error.toRecord(), fields: undefined, details: reasonOf(error) };
  tx.emit({ contract: mediaFailedV1, payload: { jobId, attemptId, error: record }, ...route(request) });
}

/** Of the details only what job-orchestrator acts on: the rest is for our own logs. */
function reasonOf({ details }: AppError): { reason: string } | undefined {
  const reason = details?.['reason'];
  return typeof reason === 'string' ? { reason } : undefined;
}
