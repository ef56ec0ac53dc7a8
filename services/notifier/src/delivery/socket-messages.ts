import type { JobState, SocketMessage } from '@shotloom/contracts';
import type { JobProgress } from './job-event';
import type { Scope } from './session';

type MessageOf<T extends SocketMessage['type']> = Extract<SocketMessage, { type: T }>;

export function connectedMessage(scope: Scope): MessageOf<'connected'> {
  const { jobId, userId } = scope;
  return jobId === undefined
    ? { type: 'connected', job_id: userId, message: `Connected to all jobs of user ${userId}` }
    : { type: 'connected', job_id: jobId, message: `Connected to job ${jobId}` };
}

export function statusMessage(state: JobState, shown: number): MessageOf<'status'> {
  return {
    type: 'status',
    job_id: state.jobId,
    version: state.version,
    status: state.status,
    stage: state.stage,
    conditions: state.conditions,
    progress: shown,
    progress_estimated: state.progressEstimated,
  };
}

/** Exactly the fields of seed 002; a single video has no shots. */
export function progressMessage(progress: JobProgress, shown: number): MessageOf<'progress'> {
  return { type: 'progress', job_id: progress.jobId, step: progress.step, progress: shown, shot_id: null };
}

export function completeMessage(state: JobState, outputPath: string): MessageOf<'job_complete'> {
  return { type: 'job_complete', job_id: state.jobId, output_path: outputPath };
}

export function errorMessage(state: JobState): MessageOf<'error'> {
  const { jobId, error, status } = state;
  const unsaid = status === 'cancelled' ? 'The job was cancelled.' : 'The job failed.';
  return { type: 'error', job_id: jobId, error: error?.message ?? unsaid };
}
