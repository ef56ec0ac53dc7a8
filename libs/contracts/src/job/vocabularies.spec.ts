import { JOB_STAGES, JOB_STATUSES, type JobStage, type JobStatus } from './state';
import {
  toAnimeStatus,
  toOpenAiStatus,
  toSoraStatus,
  toStoryStatus,
  toStudioStatus,
  toYunwuStatus,
  type JobMoment,
} from './vocabularies';

const at = (status: JobStatus, stage: JobStage | null = null, handedOver = false): JobMoment => ({
  ...{ status, stage, handedOver },
});

/** The table of the product's description, row by row. */
const TABLE: readonly (readonly [JobMoment, readonly (string | null)[]])[] = [
  [at('draft'), ['queued', 'pending', 'pending', 'PENDING', 'CREATED', null, 'queued']],
  [at('queued'), ['queued', 'queued', 'pending', 'PENDING', 'CREATED', 'pending', 'queued']],
  [at('queued', null, true), ['queued', 'queued', 'pending', 'PENDING', 'SUBMITTED', 'pending', 'queued']],
  [
    at('submitted'),
    ['submitted', 'processing', 'processing', 'STARTED', 'STARTED', 'processing', 'in_progress'],
  ],
  [
    at('processing', 'inputs_ready'),
    ['processing', 'processing', 'processing', 'STARTED', 'DOWNLOADED', 'processing', 'in_progress'],
  ],
  [
    at('processing', 'running'),
    ['processing', 'processing', 'processing', 'STARTED', 'RUNNING', 'processing', 'in_progress'],
  ],
  [
    at('storing', 'downloading'),
    ['processing', 'processing', 'processing', 'STARTED', 'RUNNING', 'processing', 'in_progress'],
  ],
  [
    at('storing', 'stored'),
    ['processing', 'processing', 'processing', 'STARTED', 'UPLOADED', 'processing', 'in_progress'],
  ],
  [
    at('completed'),
    ['completed', 'completed', 'completed', 'SUCCESS', 'SUCCEEDED', 'completed', 'completed'],
  ],
  [at('failed'), ['failed', 'failed', 'failed', 'FAILURE', 'FAILED', 'failed', 'failed']],
  [at('cancelled'), ['failed', 'failed', 'failed', 'FAILURE', 'FAILED', null, 'failed']],
];

it.each(TABLE)('says of %j what each older system would', (moment, words) => {
  const studio = toStudioStatus(moment);
  expect([
    ...[toAnimeStatus(moment), toYunwuStatus(moment), toSoraStatus(moment)],
    ...[studio.status, studio.dbStatus, toStoryStatus(moment), toOpenAiStatus(moment)],
  ]).toEqual(words);
});

it('has a word for every state and stage there is', () => {
  for (const status of JOB_STATUSES) {
    for (const stage of [null, ...JOB_STAGES]) {
      for (const handedOver of [false, true]) {
        const moment = at(status, stage, handedOver);
        const words = [toAnimeStatus, toYunwuStatus, toSoraStatus, toOpenAiStatus].map((map) => map(moment));
        expect(words).not.toContain(undefined);
        expect(Object.values(toStudioStatus(moment))).not.toContain(undefined);
      }
    }
  }
  expect(new Set(TABLE.map(([{ status }]) => status)).size).toBe(JOB_STATUSES.length);
});
