import { AppError } from '@shotloom/kernel';
import type { ObjectStore } from '@shotloom/object-store';
import { objectKeys } from '../object-store/object-keys';
import { inspectVideo, type VideoFacts } from '../videos/inspect-video';
import type { IngestRequest } from './ingest';

/** What a look at the rendered object gave. An error here ends the attempt; the job may make another. */
export type Verdict =
  | { readonly ok: true; readonly facts: VideoFacts }
  | { readonly ok: false; readonly outcome: 'missing' | 'invalid'; readonly error: AppError };

/** Is it there, whole, and an H.264 MP4 that plays? Throws only what another delivery may mend (a store that is away). */
export async function judgeRendered(
  store: ObjectStore,
  { attemptId, source }: IngestRequest,
  signal?: AbortSignal,
): Promise<Verdict> {
  if (!source.key.startsWith(objectKeys.attempt(attemptId))) {
    return missing(`The result lies at ${source.key}, which is not the attempt's own place.`, false);
  }
  const stat = await store.stat(source.key);
  if (!stat) return missing('The rendered video is not in the object store.');
  if (stat.size !== source.sizeBytes) {
    return missing(`The rendered video has ${stat.size} bytes instead of ${source.sizeBytes}.`);
  }
  try {
    const facts = await inspectVideo(store, source.key, signal);
    if (facts.container === 'mp4' && facts.codec === 'h264') return { ok: true, facts };
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
