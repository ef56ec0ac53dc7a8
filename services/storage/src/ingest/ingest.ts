import { assertNever } from '@shotloom/kernel';
import type { mediaIngestV1, PayloadOf } from '@shotloom/contracts';
import type { Storage } from '../app.tokens';
import { objectKeys } from '../object-store/object-keys';
import { fetchResult } from './fetch-result';
import type { Delivery } from './judge-failure';
import { judgeRendered } from './judge-rendered';
import type { Settled } from './settle-ingest';
import type { Verdict } from './verdict';

export type IngestRequest = PayloadOf<typeof mediaIngestV1>;

/**
 * Makes a result ours: a look at it (a vendor's is fetched first), one transaction (asset, report to job-orchestrator), then
 * what else lies below the attempt goes. Any part may be repeated: an attempt has one asset, and a message one report.
 */
export async function ingest(
  storage: Storage,
  request: IngestRequest,
  messageId: string,
  delivery: Delivery = {},
): Promise<Settled> {
  const started = performance.now();
  const verdict = await judge(storage, request, delivery);
  const settled = await storage.ingests.settlements.add({ request, verdict, messageId });
  if (isSettledForGood(request, settled) && !isClean(request, settled, delivery)) {
    await tidyAttempt(storage, request.attemptId, settled.asset?.object_key);
  }
  storage.metrics.ingest(settled.outcome, (performance.now() - started) / 1_000);
  if (settled.outcome === 'stored') storage.metrics.ingestedBytes(settled.asset?.size_bytes ?? 0);
  return settled;
}

/** Undefined where no look is needed: the attempt has its asset, or nobody wants one. */
async function judge(
  storage: Storage,
  { attemptId, source }: IngestRequest,
  delivery: Delivery,
): Promise<Verdict | undefined> {
  if (await storage.ingests.settled.add(attemptId)) return undefined;
  switch (source.kind) {
    case 'object':
      return judgeRendered(storage.store, attemptId, source, delivery.signal);
    case 'url':
      return fetchResult(storage, attemptId, source, delivery);
    default:
      return assertNever(source, 'source of a result');
  }
}

/** A link that gave nothing says nothing about the attempt: another delivery may be just before its transaction. */
const isSettledForGood = ({ source }: IngestRequest, { asset, outcome }: Settled): boolean =>
  source.kind === 'object' || asset !== undefined || outcome === 'unwanted';

/** The usual case needs no look: nobody but us wrote there. What a killed delivery of another message left, the sweep takes. */
const isClean = ({ source }: IngestRequest, { outcome }: Settled, { isFirst }: Delivery): boolean =>
  isFirst === true && source.kind === 'url' && outcome === 'stored';

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
