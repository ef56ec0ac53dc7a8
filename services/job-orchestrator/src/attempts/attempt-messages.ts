import {
  mediaDeleteV1,
  mediaIngestV1,
  providerSpec,
  subjects,
  workCancelV1,
  workSubmitV1,
  type MediaSource,
} from '@shotloom/contracts';
import type { JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import type { AttemptRow } from './attempt-rows';

/** After this the ingest is asked for again: the message or its answer was lost with a broker or a disk. */
export const INGEST_RESEND_SECONDS = 60;

/** Offers an attempt to its provider's workers. Sending it twice is safe: the fence grants it once. */
export function emitWork(
  tx: JobsTx,
  attempt: Pick<AttemptRow, 'attempt_id' | 'job_id' | 'provider' | 'model'>,
): void {
  const { attempt_id: attemptId, job_id: jobId, provider, model } = attempt;
  tx.emit({
    contract: workSubmitV1,
    payload: { attemptId, jobId, provider, model },
    subject: subjects.workSubmit(provider),
    partitionKey: jobId,
    correlationId: jobId,
  });
}

/** Asks the vendor to stop, where it can be asked. The attempt goes on until the vendor's verdict. */
export function emitCancel(tx: JobsTx, attempt: AttemptRow): void {
  const { provider, credential_id: id, credential_version: version, job_id: jobId } = attempt;
  if (providerSpec(provider).poll?.cancel !== true || id === null || version === null) return;
  tx.emit({
    contract: workCancelV1,
    payload: {
      jobId,
      provider,
      credential: { id, version },
      task: {
        attemptId: attempt.attempt_id,
        externalTaskId: attempt.external_task_id ?? attempt.attempt_id,
        vendorTaskId: attempt.vendor_task_id,
        operation: attempt.operation,
      },
    },
    subject: subjects.workCancel(provider),
    partitionKey: jobId,
    correlationId: jobId,
  });
}

/** Asks storage to make the rendered object ours. Sending it twice is safe: an attempt has one asset. */
export function emitIngest(tx: JobsTx, job: JobRow, attempt: AttemptRow, source: MediaSource): void {
  tx.emit({
    contract: mediaIngestV1,
    payload: {
      jobId: job.job_id,
      attemptId: attempt.attempt_id,
      accountId: job.account_id,
      ownerUserId: job.owner_user_id,
      source,
      label: attempt.label,
    },
    subject: subjects.mediaIngest,
    partitionKey: job.job_id,
    correlationId: job.job_id,
  });
}

/** Removes what nobody will be given: a stored video of a cancelled or deleted job, or an object of a spent attempt. */
export function emitDelete(
  tx: JobsTx,
  job: JobRow,
  what: { assetId?: string; attemptId?: string; objectKeys?: string[] },
): void {
  tx.emit({
    contract: mediaDeleteV1,
    payload: {
      ownerUserId: job.owner_user_id,
      assetId: what.assetId ?? null,
      attemptId: what.attemptId ?? null,
      objectKeys: what.objectKeys ?? [],
    },
    subject: subjects.mediaDelete,
    partitionKey: job.job_id,
    correlationId: job.job_id,
  });
}
