import { aJob, aStatus } from '../test/test-gateway';
import { applyMessage, isFinished, newerJob, phaseOf, type LiveJob } from './live-job';
import { JOB_STATUSES } from './wire';

const progress = (value: number, step = 'Rendering') =>
  ({ type: 'progress', job_id: 'job-1', step, progress: value, shot_id: null }) as const;

describe('applyMessage', () => {
  it('moves a job forward', () => {
    const job = applyMessage(aJob(), aStatus());
    expect(job).toMatchObject({
      status: 'processing',
      stage: 'running',
      version: 2,
      progress_percentage: 10,
    });
  });

  it('ignores an older version and keeps the very same object', () => {
    const job = aJob({ version: 5, status: 'storing', progress_percentage: 99 });
    expect(applyMessage(job, aStatus({ version: 4 }))).toBe(job);
  });

  it('never lets progress fall, and carries the step', () => {
    const job: LiveJob = aJob({ status: 'processing', version: 2, progress_percentage: 40 });
    const next = applyMessage(job, progress(30, 'Frame 3'));
    expect(next).toMatchObject({ progress_percentage: 40, step: 'Frame 3' });
    expect(applyMessage(next, progress(35, 'Frame 3'))).toBe(next);
  });

  it('leaves an ended job alone', () => {
    const job = aJob({ status: 'completed', version: 6, progress_percentage: 100 });
    expect(applyMessage(job, aStatus({ version: 7 }))).toBe(job);
    expect(applyMessage(job, progress(10))).toBe(job);
  });

  it('ignores messages of other jobs', () => {
    const job = aJob();
    expect(applyMessage(job, aStatus({ job_id: 'job-2' }))).toBe(job);
  });
});

describe('newerJob', () => {
  it('keeps what the socket said where the read is older', () => {
    const known = aJob({ version: 4, status: 'processing' });
    expect(newerJob(known, aJob({ version: 3, status: 'queued' }))).toBe(known);
  });

  it('takes the read of the same version, with the step and the greater progress', () => {
    const known: LiveJob = {
      ...aJob({ version: 3, status: 'processing', progress_percentage: 60 }),
      step: 'Frame 9',
    };
    const read = aJob({ version: 3, status: 'processing', progress_percentage: 20 });
    expect(newerJob(known, read)).toMatchObject({ progress_percentage: 60, step: 'Frame 9' });
  });
});

it('gives every status a phase, and an end to exactly three', () => {
  expect(JOB_STATUSES.map(phaseOf)).not.toContain(undefined);
  expect(JOB_STATUSES.filter((status) => isFinished({ status }))).toEqual([
    'completed',
    'failed',
    'cancelled',
  ]);
});
