import { AppError, backoffMs, type ErrorCode, type ErrorRecord, type RetryPolicy } from '@shotloom/kernel';
import type { Catalogue } from '@shotloom/contracts';
import { changeJob, changeJobUnseen, type JobsTx } from '../jobs/job-changes';
import { cancelJob, failJob } from '../jobs/job-endings';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import type { ChainLink } from '../schema/tables';
import { emitDelete } from './attempt-messages';
import { endAttempt, inSeconds, type AttemptRow } from './attempt-rows';
import { shownNow } from './shown';
import { openLane } from '../scheduler/lanes';

/** Between the attempts of one job. */
const RETRY: RetryPolicy = { maxAttempts: 10, baseMs: 1_000, factor: 3, maxMs: 60_000, jitter: 0.3 };
/** With these another model would end the same way, or buy a second video. */
const NO_OTHER_MODEL: ReadonlySet<ErrorCode> = new Set([
  'cancelled',
  'submit_unknown',
  'not_found',
  'forbidden',
  'insufficient_credits',
]);

/** What a model that is fallen back to needs to know of itself. */
export type Fallbacks = Pick<Catalogue, 'list' | 'isOn'>;

/**
 * Ends a failed attempt and decides what comes next inside the same job and hold: the same model again, the next one of the chain,
 * or the end, with the hold released.
 */
export async function failAttempt(
  tx: JobsTx,
  fallbacks: Fallbacks,
  job: JobRow,
  attempt: AttemptRow,
  error: ErrorRecord,
): Promise<void> {
  const progress = shownNow(job, attempt);
  const chain = NO_OTHER_MODEL.has(error.code) ? [] : fromFirstThatIsOn(fallbacks, job.chain);
  const ended = await endAttempt(tx, attempt, 'failed', error);
  // Of a task that only a vendor knows there is nothing of ours to remove.
  if (attempt.kind === 'lease' || attempt.result !== null) {
    emitDelete(tx, job, { attemptId: attempt.attempt_id });
  }
  logJob(tx, job.job_id, { level: 'WARN', text: sentence(error), attempt: ended });
  if (job.cancel_requested_at !== null) {
    await cancelJob(tx, job);
  } else if (error.retryable && job.model_attempts < job.max_attempts && fallbacks.isOn(job.provider)) {
    await tryAgain(tx, job, progress);
  } else if (chain.length > 0) {
    await fallBack(tx, fallbacks, { ...job, chain }, error, progress);
  } else {
    await failJob(tx, { ...job, progress }, error);
  }
}

/** With a provider that was switched off since the accept, the job would wait for ever; that is also why it is not tried there again. */
function fromFirstThatIsOn(fallbacks: Fallbacks, chain: readonly ChainLink[]): ChainLink[] {
  const first = chain.findIndex(({ request }) => fallbacks.isOn(request.provider));
  return first === -1 ? [] : chain.slice(first);
}

/** The same model once more, after a while. The job's state stays; nothing that a user sees has changed. */
async function tryAgain(tx: JobsTx, job: JobRow, progress: number): Promise<void> {
  const waitSeconds = backoffMs(RETRY, job.model_attempts) / 1000;
  changeJobUnseen(tx, job, { active_attempt_id: null, not_before: inSeconds(waitSeconds), progress });
  await openLane(tx, {
    provider: job.provider,
    ownerUserId: job.owner_user_id,
    weight: job.weight,
    ownKey: job.own_key,
  });
  logJob(tx, job.job_id, {
    level: 'INFO',
    text: `It is tried again in ${Math.ceil(waitSeconds)} s (try ${job.model_attempts + 1} of ${job.max_attempts}).`,
  });
}

/** The next model of the chain takes over; its price was inside the hold from the start. */
async function fallBack(
  tx: JobsTx,
  fallbacks: Fallbacks,
  job: JobRow,
  error: ErrorRecord,
  progress: number,
): Promise<void> {
  const [next, ...rest] = job.chain as [ChainLink, ...ChainLink[]];
  const { request, price } = next;
  const ownKey = price.ownKey === true;
  const model = fallbacks.list().find(({ id }) => id === request.model);
  const note = `${job.model} could not make it (${error.code}), so ${request.model} was used instead.`;
  await changeJob(tx, job, {
    provider: request.provider,
    model: request.model,
    operation: request.operation,
    request,
    price_credits: price.credits,
    price_version: price.version,
    own_key: ownKey,
    chain: rest,
    model_attempts: 0,
    active_attempt_id: null,
    not_before: new Date(0),
    progress,
    notes: [...job.notes, note],
    conditions: [],
    // A model that left the catalogue meanwhile keeps the limits of the one before it.
    max_attempts: model?.execution.max_attempts ?? job.max_attempts,
    longest_wait_seconds: model?.execution.longest_wait_seconds ?? job.longest_wait_seconds,
    cancel_policy: model?.cancel_policy ?? job.cancel_policy,
  });
  await openLane(tx, {
    provider: request.provider,
    ownerUserId: job.owner_user_id,
    weight: job.weight,
    ownKey,
  });
  logJob(tx, job.job_id, { level: 'WARN', text: note });
}

/** The error in one sentence for the log, with the vendor's own code where there is one. */
export function sentence({ code, message, vendorCode, vendorMessage }: ErrorRecord): string {
  const vendor =
    vendorCode === undefined ? '' : ` [vendor code ${vendorCode}: ${vendorMessage ?? 'no text'}]`;
  return `The attempt failed with ${code}: ${message}${vendor}`;
}

/** The engine's worker or the vendor took longer than anybody waits. */
export const tooLate = (provider: string): AppError =>
  new AppError(
    'provider_timeout',
    'The video was not ready within the longest wait. Nothing was charged; if it still comes, it is yours.',
    { provider, outcome: 'accepted', retryable: false },
  );
