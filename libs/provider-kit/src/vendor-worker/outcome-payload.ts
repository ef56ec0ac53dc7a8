import type { VendorOutcome } from '@shotloom/contracts';
import { AppError, assertNever } from '@shotloom/kernel';
import { errorPayload } from '../error-payload';
import type { PollOutcome, VendorCost, VendorVideo } from '../vendor';

/** Characters of a word of the vendor's that are passed on. */
const LONGEST_WORD = 200;

/** What a look gave, as it crosses the bus: dates as text, errors as records, and nothing that the contract would refuse. */
export function outcomePayload(outcome: PollOutcome): VendorOutcome {
  switch (outcome.kind) {
    case 'running':
      return { kind: 'running', phase: outcome.phase, progress: share(outcome.progress) };
    case 'succeeded':
      if (outcome.videos.length === 0) return unreadable('it has succeeded, but there is no video in it');
      // For the others it is still on its way: `VideoFetcher` says when it is here.
      if (outcome.videos.some(({ needsKey }) => needsKey === true)) return ON_ITS_WAY;
      return { kind: 'succeeded', videos: outcome.videos.map(videoPayload), cost: costPayload(outcome.cost) };
    case 'failed':
      return { kind: 'failed', error: errorPayload(outcome.error), cost: costPayload(outcome.cost) };
    case 'unknownStatus':
      return { kind: 'unknownStatus', word: outcome.word.slice(0, LONGEST_WORD) };
    case 'unreadable':
      return { kind: 'unreadable', error: errorPayload(outcome.error) };
    case 'notFound':
      return { kind: 'notFound' };
    case 'unavailable':
      return { kind: 'unavailable', error: errorPayload(outcome.error) };
    default:
      return assertNever(outcome, 'outcome');
  }
}

const ON_ITS_WAY: VendorOutcome = { kind: 'running', phase: 'running', progress: null };

export const costPayload = (cost: VendorCost | null) => (cost === null ? null : { ...cost });

function videoPayload({ url, expiresAt, durationSeconds }: VendorVideo) {
  const hasEnd = expiresAt !== null && Number.isFinite(expiresAt.getTime());
  return {
    url,
    expiresAt: hasEnd ? expiresAt.toISOString() : null,
    durationSeconds: durationSeconds !== null && Number.isFinite(durationSeconds) ? durationSeconds : null,
  };
}

/** Some vendors say 101 %, and none of that is worth a dead letter. */
function share(progress: number | null): number | null {
  if (progress === null || !Number.isFinite(progress)) return null;
  return Math.min(1, Math.max(0, progress));
}

function unreadable(problem: string): VendorOutcome {
  const error = new AppError('provider_failed', `The vendor's answer cannot be read: ${problem}.`, {
    outcome: 'accepted',
    retryable: true,
  });
  return { kind: 'unreadable', error: errorPayload(error) };
}
