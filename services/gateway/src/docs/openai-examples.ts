import type { OperationExample } from './operation-example';

const VIDEO = {
  id: '019aa000-0000-7000-8000-000000000001',
  object: 'video',
  created_at: 1795323600,
  completed_at: null,
  expires_at: null,
  status: 'queued',
  model: 'kling:kling-3.0',
  progress: 0,
  prompt: 'camera slowly zooms in',
  seconds: '5',
  size: '1280x720',
  remixed_from_video_id: null,
  error: null,
  adjustments: [
    {
      field: 'duration',
      from: 4,
      to: 5,
      reason: 'kling:kling-3.0 makes videos of 5 or 10 s, not of 4 s; 5 s is the nearest.',
    },
  ],
};
const MODEL = { id: 'kling:kling-3.0', object: 'model', created: 1770595200, owned_by: 'kling' };

export const OPENAI_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  createOpenAiVideo: {
    request: { model: 'kling:kling-3.0', prompt: 'camera slowly zooms in', seconds: '4', size: '1280x720' },
    response: VIDEO,
  },
  listOpenAiVideos: {
    response: { object: 'list', data: [VIDEO], first_id: VIDEO.id, last_id: VIDEO.id, has_more: false },
  },
  getOpenAiVideo: { response: VIDEO },
  deleteOpenAiVideo: { response: { id: VIDEO.id, object: 'video.deleted', deleted: true } },
  remixOpenAiVideo: {
    request: { prompt: 'the same at night' },
    response: { ...VIDEO, prompt: 'the same at night', remixed_from_video_id: VIDEO.id },
  },
  listOpenAiModels: { response: { object: 'list', data: [MODEL] } },
  getOpenAiModel: { response: MODEL },
};

export const OPENAI_ERROR_EXAMPLE = {
  error: {
    message: 'size: Is WIDTHxHEIGHT, such as 1280x720.',
    type: 'invalid_request_error',
    param: 'size',
    code: 'invalid_input',
  },
};
