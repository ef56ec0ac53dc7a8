import type { mediaIngestV1, PayloadOf } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import { findAssetOfAttempt } from '../assets/asset-rows';
import { objectKeys } from '../object-store/object-keys';
import { judgeRendered } from './judge-rendered';
import { settleIngest, type Settled } from './settle-ingest';

export type IngestRequest = PayloadOf<typeof mediaIngestV1>;

/**
 * Makes what was rendered ours: a look at the object, one transaction (asset, report to job-orchestrator), then what
 * else lies below the attempt goes. Any part may be repeated: an attempt has one asset, and a message one report.
 */
export async function ingest(
  storage: Storage,
  request: IngestRequest,
  messageId: string,
  signal?: AbortSignal,
): Promise<Settled> {
  const started = performance.now();
  const known = await findAssetOfAttempt(storage.database.sql, request.attemptId);
  const verdict = known ? undefined : await judgeRendered(storage.store, request, signal);
  const settled = await storage.database.run((tx) => settleIngest(tx, request, verdict, messageId));
  await tidyAttempt(storage, request.attemptId, settled.asset?.object_key);
  storage.metrics.ingest(settled.outcome, (performance.now() - started) / 1_000);
  if (settled.outcome === 'stored') storage.metrics.ingestedBytes(request.source.sizeBytes);
  return settled;
}

/** Everything that the attempt left but the object that is kept: what a worker that lost its lease wrote, for example. */
async function tidyAttempt(
  { store, logger }: Storage,
  attemptId: string,
  keep: string | undefined,
): Promise<void> {
  for await (const { key } of store.list(objectKeys.attempt(attemptId))) {
    if (key === keep) continue;
    logger.info({ attemptId, key }, 'removed what an attempt left behind');
    await store.remove(key);
  }
}
