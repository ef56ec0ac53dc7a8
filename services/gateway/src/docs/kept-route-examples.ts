import type { OperationExample } from './operation-example';

const VIDEO = {
  id: '019aa000-0000-7000-8000-000000000001',
  status: 'pending',
  progress: 0,
  prompt: 'A cinematic product showcase with smooth camera movements',
  model: 'sora:sora-2',
  image_url: '/api/v1/assets/019aa000-0000-7000-8000-000000000002/file',
  video_url: null,
  duration: 8,
  resolution: '1280x720',
  credits_used: 10,
  error_message: null,
  adjustments: [],
  created_at: '2026-11-22T05:00:00.000Z',
  completed_at: null,
};

const YUNWU = {
  apiKey: 'sk-****x4KR',
  model: 'grok-video-3',
  size: '1080P',
  aspectRatio: '9:16',
  videosPerShot: 3,
  maxConcurrent: 3,
  pollInterval: 10,
};

const TASK = {
  task_id: VIDEO.id,
  name: '1.0-v1',
  shot: '1.0',
  variant: 1,
  status: 'pending',
  progress: 0,
  model: 'yunwu:grok-video-3',
  prompt: 'camera slowly zooms in',
  seed: 7,
  credits: 12,
  error: null,
  video_url: null,
  adjustments: [],
  created_at: '2026-11-22T05:00:00.000Z',
};

/** Of the routes that older systems had. */
export const KEPT_ROUTE_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  generateSoraVideo: {
    request: {
      prompt: VIDEO.prompt,
      image_url: VIDEO.image_url,
      model: 'sora-2',
      duration: 8,
      resolution: '1280x720',
    },
    response: VIDEO,
  },
  listSoraVideos: { response: { data: [VIDEO], next_cursor: null } },
  getSoraVideo: {
    response: {
      ...VIDEO,
      status: 'completed',
      progress: 100,
      video_url: `/uploads/videos/${VIDEO.id}.mp4`,
      completed_at: '2026-11-22T05:03:00.000Z',
    },
  },
  createTurboJob: {
    response: {
      ...{ job_id: VIDEO.id, status: 'submitted' },
      input: { bucket: 'shotloom', key: 'uploads/019aa000-0000-7000-8000-000000000002/original.jpg' },
      output: { bucket: 'shotloom', key: `attempts/${VIDEO.id}/1` },
      db: { persisted: true, error: null },
    },
  },
  getTurboJob: { response: { status: 'STARTED', db: { status: 'RUNNING' } } },
  listTurboModels: { response: { models: [{ name: 'wan2.2-i2v-high-noise-quant', exists: true }] } },
  getStudioHealth: {
    response: { status: 'ok', version: '0.1.0', providers: ['animatic'], checks: { nats: 'ok' } },
  },
  getPaths: {
    response: { paths: [{ name: 'objects', path: 'https://s3.example.com/shotloom', exists: true }] },
  },
  getYunwuConfig: { response: YUNWU },
  saveYunwuConfig: { request: { apiKey: 'sk-****x4KR', maxConcurrent: 3 }, response: YUNWU },
  createYunwuTasks: {
    request: {
      shots: [{ shot: '1.0', prompt: TASK.prompt, image: VIDEO.image_url }],
      videos_per_shot: 1,
    },
    response: { tasks: [TASK] },
  },
  runYunwuTasks: {
    request: { task_ids: [TASK.task_id], max_concurrent: 3 },
    response: { task_ids: [TASK.task_id], max_concurrent: 3, credits_held: 12 },
  },
  testYunwuConnection: {
    response: {
      ok: true,
      checks: [
        {
          what: 'Asked Yunwu for the balance of this key',
          ok: true,
          detail: 'The key is accepted. 12.5 are left.',
        },
      ],
      error: null,
    },
  },
  createStoryJob: { request: { user_prompt: 'sunrise in a forest', max_shots: 3 } },
};
