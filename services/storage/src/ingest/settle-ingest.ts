import { AppError, newId } from '@shotloom/kernel';
import { mediaFailedV1, mediaStoredV1, subjects } from '@shotloom/contracts';
import {
  assetsOfAttempts,
  byAttempt,
  insertMade,
  lockAttempts,
  toAssetRecord,
  unwantedAttempts,
  type AssetRow,
  type MadeAsset,
  type MediaTx,
} from '../assets/asset-rows';
import type { IngestOutcome } from '../metrics';
import { emitPoster } from '../posters/poster-message';
import { SCHEMA } from '../schema/migrations';
import type { IngestRequest } from './ingest';
import { onceEach } from './once-each';
import type { Verdict } from './verdict';

/** A request to store, and what a look at its result gave. */
export interface Judged {
  readonly request: IngestRequest;
  /** Undefined where no look was needed. */
  readonly verdict: Verdict | undefined;
  readonly messageId: string;
}

/** How a request to store ended. `asset` is the living asset of the attempt, if there is one. */
export interface Settled {
  readonly outcome: IngestOutcome;
  readonly asset: AssetRow | undefined;
}

interface Known {
  /** Deleted ones included. */
  readonly assets: ReadonlyMap<string, AssetRow>;
  readonly unwanted: ReadonlySet<string>;
  /** Messages that are settled for the first time. */
  readonly fresh: ReadonlySet<string>;
}

/**
 * The transaction of some ingests, each of another attempt: the assets and the reports of them, or none. A message that was settled
 * before is not reported again; another message for the same attempt gets the first asset. As many statements for many as for one.
 */
export async function settleIngests(tx: MediaTx, group: readonly Judged[]): Promise<readonly Settled[]> {
  const attemptIds = group.map(({ request }) => request.attemptId);
  const messageIds = group.map(({ messageId }) => messageId);
  // In one packet: each sees what was committed when its turn comes, and that is after the lock.
  const [, assets, unwanted, fresh] = await tx.together([
    lockAttempts(attemptIds),
    assetsOfAttempts(attemptIds),
    unwantedAttempts(attemptIds),
    onceEach(SCHEMA, 'storage-ingest', messageIds),
  ]);
  const known: Known = {
    assets: byAttempt(assets.rows),
    unwanted: new Set(unwanted.rows.map(({ attempt_id }) => attempt_id)),
    fresh: new Set(fresh.rows.map(({ message_id }) => message_id)),
  };
  const made = await insertMade(
    tx,
    group.flatMap((judged) => newAssetOf(judged, known) ?? []),
  );
  return group.map((judged) => settle(tx, judged, known, made));
}

/** As Postgres writes it. */
const idOf = ({ request }: Judged): string => request.attemptId.toLowerCase();

const isUnwanted = (judged: Judged, { assets, unwanted }: Known): boolean =>
  unwanted.has(idOf(judged)) || (assets.get(idOf(judged))?.deleted_at ?? null) !== null;

function settle(tx: MediaTx, judged: Judged, known: Known, made: ReadonlyMap<string, AssetRow>): Settled {
  const { request, verdict, messageId } = judged;
  const fresh = known.fresh.has(messageId);
  if (isUnwanted(judged, known)) {
    if (fresh) emitFailed(tx, request, unwanted());
    return { outcome: 'unwanted', asset: undefined };
  }
  const first = known.assets.get(idOf(judged));
  if (first) {
    if (fresh) emitStored(tx, request, first);
    return { outcome: 'again', asset: first };
  }
  if (!verdict) throw new AppError('internal', `The asset of attempt ${request.attemptId} has vanished.`);
  if (!verdict.ok) {
    if (fresh) emitFailed(tx, request, verdict.error);
    return { outcome: verdict.outcome, asset: undefined };
  }
  const asset = made.get(idOf(judged));
  if (!asset) throw new AppError('internal', `The object ${verdict.key} belongs to another asset.`);
  emitStored(tx, request, asset);
  emitPoster(tx, asset);
  return { outcome: 'stored', asset };
}

function newAssetOf(judged: Judged, known: Known): MadeAsset | undefined {
  const { request, verdict } = judged;
  if (!verdict?.ok || isUnwanted(judged, known) || known.assets.has(idOf(judged))) return undefined;
  const { facts, key, sha256 } = verdict;
  return {
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
    has_audio: facts.hasAudio,
    label: request.label,
  };
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
