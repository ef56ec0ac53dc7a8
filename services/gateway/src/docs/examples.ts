import { ASSET_EXAMPLES } from './asset-examples';
import { BATCH_EXAMPLES } from './batch-examples';
import { BILLING_EXAMPLES } from './billing-examples';
import type { OperationExample } from './operation-example';
import { OPERATIONS_EXAMPLES } from './operations-examples';
import { ACCOUNT_EXAMPLES } from './account-examples';
import { GALLERY_EXAMPLES } from './gallery-examples';
import { KEPT_ROUTE_EXAMPLES } from './kept-route-examples';
import { OPENAI_EXAMPLES } from './openai-examples';
import { PLANNED_ROUTES } from '../planned/planned-routes';
import { SIGN_IN_EXAMPLES } from './sign-in-examples';
import { UPLOAD_EXAMPLES } from './upload-examples';
import { WEBHOOK_EXAMPLES } from './webhook-examples';
import { MODELS } from '@shotloom/contracts';

export type { OperationExample };

const PLANNED_EXAMPLES = Object.fromEntries(
  PLANNED_ROUTES.flatMap(({ id, example }) => (example === undefined ? [] : [[id, { request: example }]])),
);
const JOB_ID = '019aa000-0000-7000-8000-000000000001';
const ASSET_ID = '019aa000-0000-7000-8000-000000000002';

const JOB = {
  id: JOB_ID,
  type: 'video',
  status: 'queued',
  stage: null,
  conditions: [],
  progress_percentage: 0,
  progress_estimated: false,
  version: 1,
  operation: 'image-to-video',
  provider: 'animatic',
  model: 'animatic:animatic-1',
  prompt: 'camera slowly zooms in',
  negative_prompt: null,
  style_preset: null,
  duration: 5,
  aspect_ratio: '16:9',
  size: '720P',
  width: 1280,
  height: 720,
  seed: 7,
  strength: null,
  input_asset_ids: [ASSET_ID],
  inputs: [{ asset_id: ASSET_ID, role: 'first_frame' }],
  params: {},
  adjustments: [],
  price: { credits: 5, version: '2026-11-01' },
  credits: { held: 5, captured: 0 },
  error: null,
  output: null,
  late_asset_id: null,
  notes: [],
  fallback: [],
  queue: null,
  variant: { index: 1, of: 1 },
  retry_of: null,
  metadata: {},
  created_at: '2026-11-22T05:00:00.000Z',
  started_at: null,
  finished_at: null,
};
/** One with everything that a model may have. */
const MODEL = MODELS.find(({ id }) => id === 'kling:kling-2.6');
const MODEL_NOTE = 'See GET /api/v1/models.';
const CREDITS = { available: 995, held: 5 };

/** One request and one answer for each operation, by its id. A spec checks them against the contracts. */
export const EXAMPLES: Readonly<Record<string, OperationExample>> = {
  ...OPERATIONS_EXAMPLES,
  ...SIGN_IN_EXAMPLES,
  ...OPENAI_EXAMPLES,
  ...KEPT_ROUTE_EXAMPLES,
  ...PLANNED_EXAMPLES,
  ...ACCOUNT_EXAMPLES,
  ...GALLERY_EXAMPLES,
  ...UPLOAD_EXAMPLES,
  ...ASSET_EXAMPLES,
  ...BATCH_EXAMPLES,
  ...WEBHOOK_EXAMPLES,
  imageToVideo: {
    request: {
      prompt: 'camera slowly zooms in',
      asset_id: ASSET_ID,
      duration: 5,
      aspect_ratio: '16:9',
      size: '720P',
    },
    response: JOB,
  },
  textToVideo: {
    request: {
      prompt: 'a lighthouse at dusk, slow pan to the left',
      model: 'kling:kling-2.6',
      duration: 5,
      size: '1080P',
      params: { sound: true },
    },
    response: {
      ...JOB,
      operation: 'text-to-video',
      provider: 'kling',
      model: 'kling:kling-2.6',
      prompt: 'a lighthouse at dusk, slow pan to the left',
      ...{ size: '1080P', width: 1920, height: 1080 },
      input_asset_ids: [],
      inputs: [],
      params: { sound: true, watermark: false },
      price: { credits: 70, version: '2026-11-22' },
      credits: { held: 70, captured: 0 },
    },
  },
  videoToAnime: {
    request: { file_url: `/api/v1/assets/${ASSET_ID}/file`, style_preset: 'ghibli', strength: 0.6 },
    response: { ...JOB, operation: 'video-to-anime', style_preset: 'ghibli', strength: 0.6 },
  },
  uploadFile: {
    response: {
      asset_id: ASSET_ID,
      file_url: `http://127.0.0.1:3000/api/v1/assets/${ASSET_ID}/file`,
      kind: 'image',
      content_type: 'image/jpeg',
      size_bytes: 482_113,
      sha256: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
      width: 1920,
      height: 1080,
      duration_seconds: null,
      file_name: 'photograph.jpg',
      created_at: '2026-11-22T05:00:00.000Z',
    },
  },
  getModel: { response: { ...MODEL, enabled: true, reason: null } },
  listJobs: { response: { data: [JOB], next_cursor: null } },
  getJob: {
    response: { ...JOB, status: 'processing', stage: 'running', progress_percentage: 42, version: 4 },
  },
  cancelJob: { response: { ...JOB, status: 'cancelled', credits: { held: 0, captured: 0 } } },
  retryJob: {
    request: { seed: 'random', max_price_credits: 10 },
    response: { ...JOB, id: '019aa000-0000-7000-8000-000000000005', seed: 11, retry_of: JOB_ID },
  },
  stopAllJobs: {
    request: { provider: 'animatic' },
    response: { cancelled: 12, cancelling: 3, more: false },
  },
  getJobLog: {
    response: {
      data: [
        {
          seq: 1,
          at: '2026-11-22T05:00:00.000Z',
          level: 'INFO',
          text: 'Accepted; 5 credits are held.',
          attempt_id: null,
          attempt: null,
          provider: null,
          vendor_task_id: null,
        },
        {
          seq: 2,
          at: '2026-11-22T05:00:01.000Z',
          level: 'INFO',
          text: 'Sent to animatic.',
          attempt_id: '019aa000-0000-7000-8000-000000000006',
          attempt: 1,
          provider: 'animatic',
          vendor_task_id: null,
        },
      ],
      next: null,
    },
  },
  getLog: {
    response: {
      data: [
        {
          seq: 4711,
          job_id: JOB_ID,
          shot: '1.0',
          at: '2026-11-22T05:00:01.000Z',
          level: 'INFO',
          text: 'Sent to animatic.',
          attempt_id: '019aa000-0000-7000-8000-000000000006',
          attempt: 1,
          provider: 'animatic',
          vendor_task_id: null,
        },
      ],
      next_cursor: null,
    },
  },
  getJobLinks: {
    response: {
      video_url: 'http://127.0.0.1:3000/media/...',
      download_url: 'http://127.0.0.1:3000/media/...',
      poster_url: 'http://127.0.0.1:3000/media/...',
      preview_url: 'http://127.0.0.1:3000/media/...',
      compressed_url: null,
      spritesheet: {
        url: 'http://127.0.0.1:3000/media/...',
        columns: 4,
        rows: 3,
        frames: 10,
        interval_seconds: 0.5,
        tile_width: 160,
        tile_height: 90,
      },
      expires_at: '2026-11-22T06:00:00.000Z',
    },
  },
  getMe: {
    response: {
      user_id: '019aa000-0000-7000-8000-000000000003',
      account_id: '019aa000-0000-7000-8000-000000000004',
      scopes: ['generate', 'read'],
      role: 'user',
      method: 'api_key',
      plan_id: 'standard',
      display_name: 'Demo',
      email: 'demo@shotloom.local',
      email_verified: true,
      credits: CREDITS,
    },
  },
  createTicket: {
    response: { ticket: `tk_${'x'.repeat(43)}`, expires_at: '2026-11-22T05:01:00.000Z' },
  },
  ...BILLING_EXAMPLES,
  getHealth: {
    response: {
      status: 'ok',
      version: '0.1.0',
      providers: ['animatic'],
      checks: { nats: 'ok', database: 'ok' },
    },
  },
};

/** What every failed request looks like. */
export const PROBLEM_EXAMPLE = {
  type: 'urn:shotloom:error:unsupported_by_model',
  title: 'unsupported by model',
  status: 422,
  code: 'unsupported_by_model',
  detail: `animatic:animatic-1 makes videos of 1 to 15 s, not of 20 s. ${MODEL_NOTE}`,
  errors: [{ field: 'duration', reason: 'animatic:animatic-1 makes videos of 1 to 15 s, not of 20 s.' }],
};
