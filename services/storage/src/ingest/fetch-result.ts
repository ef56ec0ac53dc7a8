import { RetryLater } from '@shotloom/bus';
import { AppError } from '@shotloom/kernel';
import type { VendorLink } from '@shotloom/contracts';
import { Readable } from 'node:stream';
import { SNIFF_BYTES, sniffType, withAiLabel } from '@shotloom/media-tools';
import type { Storage } from '../app.tokens';
import { FetchFailure } from '@shotloom/guarded-http';
import { objectKeys } from '../object-store/object-keys';
import { inspectVideo } from '../videos/inspect-video';
import { peek } from './peek';
import { KeptHead } from './kept-head';
import { judgeFailure, type Delivery } from './judge-failure';
import type { Verdict } from './verdict';

type Parts = Pick<Storage, 'store' | 'fetcher' | 'config' | 'logger'>;

/**
 * Streams what a vendor made into a place of this delivery's own, with a label that says what made it, and looks at it there. Any video that plays is taken, since
 * it is paid for. What is not kept is removed. Throws what another delivery may mend, unless this is the last.
 */
export async function fetchResult(
  parts: Parts,
  attemptId: string,
  link: VendorLink,
  delivery: Delivery,
): Promise<Verdict> {
  const key = objectKeys.delivery(attemptId);
  const head = new KeptHead();
  let kept = false;
  try {
    const pulled = await pull(parts, key, link.url, head, delivery.signal);
    const facts = await inspect(parts, key, { ...pulled, head: head.bytes }, delivery.signal);
    const { sha256, name } = pulled;
    kept = true;
    parts.logger.info({ attemptId, from: name, bytes: facts.sizeBytes }, 'fetched a result');
    return { ok: true, facts, key, sha256 };
  } catch (error) {
    const verdict = judgeFailure(error, link, delivery);
    if (verdict) {
      const { outcome, error: reported } = verdict;
      parts.logger.warn({ attemptId, outcome, reason: reported.message }, 'a result could not be fetched');
      return verdict;
    }
    // Never to the dead letters, which keep a message for a month: it holds the link.
    throw error instanceof AppError && !error.retryable ? new RetryLater(error.message) : error;
  } finally {
    head.close();
    if (!kept) await removeQuietly(parts, key);
  }
}

interface Pulled {
  readonly sha256: string;
  readonly endIsMarked: boolean;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The label at its end. */
  readonly tail: Buffer | undefined;
}

/** What takes a box more at its end. */
const ISO_TYPES: readonly string[] = ['video/mp4', 'video/quicktime'];

async function pull(
  { fetcher, store, config }: Parts,
  key: string,
  url: string,
  kept: KeptHead,
  signal: AbortSignal | undefined,
): Promise<Pulled> {
  const { body, sizeBytes, endIsMarked, name } = await fetcher.open(url, {
    maxBytes: config.INGEST_MAX_BYTES,
    signal,
  });
  const { head, whole } = await peek(body, { bytes: SNIFF_BYTES, onChunk: kept.add });
  const { kind, contentType } = await sniffType(head);
  if (kind !== 'video') {
    whole.destroy();
    throw new AppError('media_invalid', `${name} gave ${contentType}, not a video.`);
  }
  const options = { contentType, ...(signal ? { signal } : {}) };
  if (!ISO_TYPES.includes(contentType)) {
    const announced = sizeBytes === undefined ? {} : { size: sizeBytes };
    const { sha256, size } = await store.put(key, whole, { ...options, ...announced });
    return { sha256, endIsMarked, name, size, tail: undefined };
  }
  let tail: Buffer | undefined;
  const labelled = withAiLabel(whole, (box) => {
    kept.add(box);
    tail = box;
  });
  const { sha256, size } = await store.put(key, Readable.from(labelled, { highWaterMark: 1 }), options);
  return { sha256, endIsMarked, name, size, tail };
}

/** A body whose end is not marked and that makes no video may have been cut off, which another delivery mends. */
async function inspect(
  { store }: Parts,
  key: string,
  { endIsMarked, name, size, head, tail }: Pulled & { readonly head: Buffer },
  signal: AbortSignal | undefined,
) {
  try {
    return await inspectVideo(store, key, { signal, known: { size, head, tail } });
  } catch (error) {
    const damaged = error instanceof AppError && error.code === 'media_invalid';
    if (!damaged || endIsMarked) throw error;
    throw new FetchFailure('unavailable', `${name} may have been cut off. ${error.message}`);
  }
}

/** What stays after a failure here goes with the attempt's tidying or the sweep. */
async function removeQuietly({ store, logger }: Parts, key: string): Promise<void> {
  try {
    await store.remove(key);
  } catch (error) {
    logger.warn({ err: error, key }, 'what came of a fetch that failed could not be removed yet');
  }
}
