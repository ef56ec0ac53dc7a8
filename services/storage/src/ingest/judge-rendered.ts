import { AppError } from '@shotloom/kernel';
import type { RenderedObject } from '@shotloom/contracts';
import type { ObjectStore } from '@shotloom/object-store';
import { objectKeys } from '../object-store/object-keys';
import { inspectVideo } from '../videos/inspect-video';
import type { Verdict } from './verdict';

/**
 * Is it there, whole, and an H.264 MP4 that plays? An error here ends the attempt; the job may make another. Throws only
 * what another delivery may mend (a store that is away).
 */
export async function judgeRendered(
  store: ObjectStore,
  attemptId: string,
  { key, sizeBytes, sha256 }: RenderedObject,
  signal?: AbortSignal,
): Promise<Verdict> {
  if (!key.startsWith(objectKeys.attempt(attemptId))) {
    return missing(`The result lies at ${key}, which is not the attempt's own place.`, false);
  }
  const stat = await store.stat(key);
  if (!stat) return missing('The rendered video is not in the object store.');
  if (stat.size !== sizeBytes) {
    return missing(`The rendered video has ${stat.size} bytes instead of ${sizeBytes}.`);
  }
  try {
    const facts = await inspectVideo(store, key, { signal });
    if (facts.container === 'mp4' && facts.codec === 'h264') return { ok: true, facts, key, sha256 };
    return invalid(`The rendered video is ${facts.codec} in ${facts.container}, not H.264 in MP4.`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'not_found') return missing('The rendered video is not in the object store any more.');
    if (error.code === 'media_invalid') return invalid(error.message);
    throw error;
  }
}

const missing = (reason: string, retryable = true): Verdict => ({
  ok: false,
  outcome: 'missing',
  error: new AppError('ingest_failed', reason, { retryable }),
});
const invalid = (reason: string): Verdict => ({
  ok: false,
  outcome: 'invalid',
  error: new AppError('media_invalid', reason, { retryable: true }),
});
