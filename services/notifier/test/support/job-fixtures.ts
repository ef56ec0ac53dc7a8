import type { JobRecord, JobState } from '@shotloom/contracts';
import type { JobProgress } from '../../src/delivery/job-event';

export const USER = '0192f000-0000-7000-8000-000000000001';
export const OTHER_USER = '0192f000-0000-7000-8000-000000000002';
export const JOB = '0192f000-0000-7000-8000-00000000000a';

const OUTPUT: NonNullable<JobState['output']> = {
  assetId: '0192f000-0000-7000-8000-0000000000aa',
  objectKey: 'attempts/a/1',
  contentType: 'video/mp4',
  sizeBytes: 1,
  width: 1280,
  height: 720,
  durationSeconds: 5,
  fps: 24,
  videoCodec: 'h264',
  sha256: '0'.repeat(64),
  label: null,
};

export function jobState(more: Partial<JobState> = {}): JobState {
  return {
    jobId: JOB,
    accountId: USER,
    ownerUserId: USER,
    type: 'video',
    version: 1,
    provider: 'animatic',
    model: 'animatic:animatic-1',
    status: 'queued',
    stage: null,
    conditions: [],
    progress: 0,
    progressEstimated: false,
    error: null,
    output: more.status === 'completed' ? OUTPUT : null,
    lateAssetId: null,
    notes: [],
    creditsHeld: 0,
    creditsCaptured: 0,
    changedAt: new Date().toISOString(),
    ...more,
  };
}

export function jobProgress(more: Partial<JobProgress> = {}): JobProgress {
  return {
    jobId: JOB,
    ownerUserId: USER,
    version: 1,
    progress: 0,
    progressEstimated: false,
    step: 'Rendering',
    ...more,
  };
}

/** A whole job around a state, as job-orchestrator answers it. */
export function jobRecord(state: JobState): JobRecord {
  return {
    ...state,
    request: {
      operation: 'text-to-video',
      provider: 'animatic',
      model: 'animatic:animatic-1',
      prompt: 'a calm sea',
      negativePrompt: null,
      stylePreset: null,
      durationSeconds: 5,
      aspectRatio: '16:9',
      size: '720P',
      width: 1280,
      height: 720,
      seed: 1,
      strength: null,
      inputs: [],
      params: {},
      adjustments: [],
    },
    priceCredits: 1,
    priceVersion: '1',
    variant: { index: 1, of: 1 },
    retryOf: null,
    metadata: {},
    fallback: [],
    queue: null,
    createdAt: state.changedAt,
    startedAt: null,
    finishedAt: null,
  };
}
