import type { OperationExample } from './operation-example';

const ROWS = {
  name: 'The lighthouse, first takes',
  rows: [
    { key: '1.0', operation: 'text-to-video', prompt: 'a lighthouse at dusk, slow pan to the left' },
    { key: '2.0', operation: 'text-to-video', prompt: 'the keeper lights the lamp', variants: 2 },
  ],
};
const BATCH = {
  id: '019aa000-0000-7000-8000-000000000041',
  name: 'The lighthouse, first takes',
  status: 'running',
  rows: 2,
  videos: 3,
  counts: {
    ...{ draft: 0, queued: 1, submitted: 0, processing: 1, storing: 0 },
    ...{ completed: 1, failed: 0, cancelled: 0 },
  },
  progress_percentage: 47,
  credits: { price: 15, held: 10, captured: 5 },
  created_at: '2026-11-27T05:00:00.000Z',
  finished_at: null,
};
const DETAIL = {
  ...BATCH,
  items: [
    { row: 0, key: '1.0', job_ids: ['019aa000-0000-7000-8000-000000000042'] },
    {
      row: 1,
      key: '2.0',
      job_ids: ['019aa000-0000-7000-8000-000000000043', '019aa000-0000-7000-8000-000000000044'],
    },
  ],
};

const ENHANCED = {
  prompt: 'a lighthouse at dusk, the camera pans slowly from left to right, clear composition with depth',
  motion: 'the camera pans slowly from left to right',
  keywords: ['the camera pans slowly from left to right', 'clear composition with depth'],
  ...{ enhancer: 'built_in', model: null, picture_seen: false, reason: null },
};

/** Of orders that are accepted together. */
export const BATCH_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  enhancePrompt: {
    request: { prompt: 'a lighthouse at dusk', asset_id: '019aa000-0000-7000-8000-000000000002' },
    response: ENHANCED,
  },
  createBatch: { request: ROWS, response: DETAIL },
  quoteBatch: {
    request: ROWS,
    response: {
      ...{ rows: 2, videos: 3, hold_credits: 15, row_credits: [5, 10] },
      ...{ available_credits: 995, affordable: true },
    },
  },
  listBatches: { response: { data: [BATCH], next_cursor: null } },
  getBatch: { response: DETAIL },
  cancelBatch: { response: { cancelled: 1, cancelling: 1, more: false } },
};
