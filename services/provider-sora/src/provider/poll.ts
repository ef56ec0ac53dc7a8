import { AppError } from '@shotloom/kernel';
import type { PollAnswer, PollOutcome, TaskRef, VendorCall } from '@shotloom/provider-kit';
import type { SoraClient, Video } from './client';
import { PROVIDER, taskFailure } from './errors';

/** Asks about one video. Never rejects. */
export async function pollTask(
  client: SoraClient,
  { attemptId, vendorTaskId }: TaskRef,
  call: VendorCall,
): Promise<PollAnswer> {
  if (vendorTaskId === null) return { attemptId, vendorTaskId, outcome: notAskable() };
  try {
    const video = await client.video(vendorTaskId, call);
    return { attemptId, vendorTaskId, outcome: outcomeOf(video, client.contentUrl(vendorTaskId, call)) };
  } catch (thrown) {
    return { attemptId, vendorTaskId, outcome: failed(AppError.from(thrown)) };
  }
}

function outcomeOf({ status, progress, error, expires_at: ends, seconds }: Video, url: string): PollOutcome {
  switch (status) {
    case 'queued':
      return { kind: 'running', phase: 'queued', progress: null };
    case 'in_progress': {
      const share = typeof progress === 'number' ? progress / 100 : null;
      return { kind: 'running', phase: 'running', progress: share };
    }
    case 'completed':
      return completed(url, ends, seconds);
    case 'failed':
    case 'cancelled':
    case 'expired': {
      const message = error?.message ?? `The video is ${status}.`;
      return { kind: 'failed', error: taskFailure(error?.code ?? null, message), cost: null };
    }
    default:
      return { kind: 'unknownStatus', word: status };
  }
}

function completed(url: string, ends: Video['expires_at'], seconds: Video['seconds']): PollOutcome {
  const length = Number(seconds ?? Number.NaN);
  const expiresAt = typeof ends === 'number' && ends > 0 ? new Date(ends * 1000) : null;
  const durationSeconds = length > 0 ? length : null;
  return { kind: 'succeeded', videos: [{ url, needsKey: true, durationSeconds, expiresAt }], cost: null };
}

function failed(error: AppError): PollOutcome {
  if (error.code === 'not_found') return { kind: 'notFound' };
  return error.details?.['problem'] === undefined
    ? { kind: 'unavailable', error }
    : { kind: 'unreadable', error };
}

const notAskable = (): PollOutcome => ({
  kind: 'unavailable',
  error: new AppError(
    'provider_failed',
    'A video is found by its own id only, which was lost with the answer to the create.',
    { provider: PROVIDER, retryable: true },
  ),
});
