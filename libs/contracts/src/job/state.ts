import { defineStateMachine } from '@shotloom/kernel';

/** The job's life (product, section 2). `failed` and `cancelled` may come from any state before the end. */
export const JOB_STATUSES = [
  'draft',
  'queued',
  'submitted',
  'processing',
  'storing',
  'completed',
  'failed',
  'cancelled',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export const JOB_STAGES = ['inputs_ready', 'running', 'downloading', 'stored'] as const;
export type JobStage = (typeof JOB_STAGES)[number];

/** What is true beside the state. */
export const JOB_CONDITIONS = ['slow', 'overdue', 'uncertain', 'cancelling'] as const;
export type JobCondition = (typeof JOB_CONDITIONS)[number];

export const jobStateMachine = defineStateMachine<JobStatus>('draft', {
  draft: ['queued', 'failed', 'cancelled'],
  queued: ['submitted', 'processing', 'failed', 'cancelled'],
  submitted: ['processing', 'storing', 'failed', 'cancelled'],
  processing: ['storing', 'failed', 'cancelled'],
  storing: ['completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
});
