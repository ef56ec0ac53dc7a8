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
  createTurboJob: { response: { job_id: VIDEO.id, status: 'PENDING', db: { status: 'CREATED' } } },
  getTurboJob: { response: { job_id: VIDEO.id, status: 'STARTED', db: { status: 'RUNNING' } } },
  createStoryJob: { request: { user_prompt: 'sunrise in a forest', max_shots: 3 } },
};
