import { jobEventType, jobStateMachine, type JobState, type WebhookEventType } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';

/** What is sent: Standard Webhooks' `{type, timestamp, data}` as text, since a signature is over bytes. */
export interface WebhookEvent {
  /** The header `webhook-id`. Without a full stop, which separates the parts of what is signed. */
  readonly id: string;
  readonly type: WebhookEventType;
  readonly body: string;
  /** What it is about, where it is about a job. */
  readonly job?: { readonly id: string; readonly isOver: boolean };
}

/**
 * A change of a job. Its id follows from job and version, so that an event that is read twice, or published anew after a restore, is one.
 * `sequence` is the version: it grows with each change of a job, so of two events of a job the higher is the newer.
 */
export function jobEvent(state: JobState, publicUrl: string | undefined): WebhookEvent {
  const type = jobEventType(state);
  const { jobId, error, output } = state;
  const origin = publicUrl?.replace(/\/+$/, '') ?? '';
  const data = {
    sequence: state.version,
    job_id: jobId,
    type: state.type,
    status: state.status,
    stage: state.stage,
    conditions: state.conditions,
    progress_percentage: state.progress,
    provider: state.provider,
    model: state.model,
    error: error && { code: error.code, message: error.message, retryable: error.retryable },
    output: output && {
      asset_id: output.assetId,
      // Stable and owner-checked: a link that works for an hour would be dead by a later try.
      url: `${origin}/api/v1/jobs/${jobId}/video`,
      content_type: output.contentType,
      size_bytes: output.sizeBytes,
      width: output.width,
      height: output.height,
      duration_seconds: output.durationSeconds,
      sha256: output.sha256,
    },
    late_asset_id: state.lateAssetId,
    notes: state.notes,
    credits: { held: state.creditsHeld, captured: state.creditsCaptured },
  };
  const job = { id: jobId, isOver: jobStateMachine.isTerminal(state.status) };
  return { id: `evt_${jobId}_${state.version}`, type, body: bodyOf(type, state.changedAt, data), job };
}

/** An event about endpoints themselves. */
export function ownEvent(
  type: 'webhook.test' | 'webhook.disabled',
  at: Date,
  data: Readonly<Record<string, unknown>>,
): WebhookEvent {
  const body = bodyOf(type, at.toISOString(), { sequence: 1, ...data });
  return { id: `evt_${newId()}`, type, body };
}

const bodyOf = (type: WebhookEventType, timestamp: string, data: object): string =>
  JSON.stringify({ type, timestamp, data });
