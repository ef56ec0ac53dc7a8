import type { JobResource, JobStatus, SocketMessage } from './types';

/** A job with what happens in it right now, in words, where the engine says so. */
export type LiveJob = JobResource & { readonly step?: string | null };

/** How a job looks to people: the five pictures of a job card. */
export type JobPhase = 'waiting' | 'submitted' | 'running' | 'done' | 'failed';

const PHASES: Record<JobStatus, JobPhase> = {
  draft: 'waiting',
  queued: 'waiting',
  submitted: 'submitted',
  processing: 'running',
  storing: 'running',
  completed: 'done',
  failed: 'failed',
  cancelled: 'failed',
};

export function phaseOf(status: JobStatus): JobPhase {
  return PHASES[status];
}

/** True once nothing more will happen to the job. */
export function isFinished(job: { readonly status: JobStatus }): boolean {
  const phase = phaseOf(job.status);
  return phase === 'done' || phase === 'failed';
}

/** True for the messages after which a job is over. */
export function isTerminalMessage(
  message: SocketMessage,
): message is Extract<SocketMessage, { type: 'job_complete' | 'error' }> {
  return message.type === 'job_complete' || message.type === 'error';
}

/**
 * The job after a message. Pure; gives the same object back where nothing changes, so that nothing is drawn again.
 * Late and repeated messages change nothing: a version never goes back, progress never falls, an ended job stays.
 * The result and the reason are not in messages: read the job again after a terminal one.
 */
export function applyMessage<T extends LiveJob>(job: T, message: SocketMessage): T {
  if (!('job_id' in message) || message.job_id !== job.id) return job;
  switch (message.type) {
    case 'status':
      return applyStatus(job, message);
    case 'progress': {
      if (isFinished(job)) return job;
      const progress = Math.max(job.progress_percentage, message.progress);
      if (progress === job.progress_percentage && message.step === job.step) return job;
      return { ...job, progress_percentage: progress, step: message.step };
    }
    case 'connected':
    case 'shot_complete':
    case 'job_complete':
    case 'error':
    case 'reset':
    case 'ready':
      return job;
  }
}

function applyStatus<T extends LiveJob>(job: T, message: Extract<SocketMessage, { type: 'status' }>): T {
  if (message.version < job.version || isFinished(job)) return job;
  const { version, status, stage, conditions } = message;
  const progress = Math.max(job.progress_percentage, message.progress);
  const same =
    version === job.version &&
    status === job.status &&
    stage === job.stage &&
    progress === job.progress_percentage;
  if (same) return job;
  return {
    ...job,
    version,
    status,
    stage,
    conditions,
    progress_percentage: progress,
    progress_estimated: message.progress_estimated,
  };
}

/** The newer of two views of one job; the step is kept while the job runs. */
export function newerJob(known: LiveJob | undefined, read: LiveJob): LiveJob {
  if (!known || known.id !== read.id) return read;
  if (known.version > read.version) return known;
  if (isFinished(read)) return read;
  const progress = Math.max(known.progress_percentage, read.progress_percentage);
  return { ...read, progress_percentage: progress, step: read.step ?? known.step ?? null };
}
