import type { VideoRequest } from '@shotloom/contracts';
import type { VendorInput, VendorTask } from '@shotloom/provider-kit';
import { toChat } from './mapping';

const request: VideoRequest = {
  ...{ operation: 'image-to-video', provider: 'lovart', model: 'lovart:veo3_1', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 8, aspectRatio: '9:16', size: '720P' },
  ...{ width: 720, height: 1280, seed: 7, strength: null, inputs: [], params: {}, adjustments: [] },
};
const input = (role: VendorInput['role'], contentType = 'image/png'): VendorInput => ({
  ...{ role, contentType, sizeBytes: 24, url: null },
  open: () => Promise.reject(new Error('not read')),
});
const task = (more: Partial<VideoRequest> = {}, rest: Partial<VendorTask> = {}): VendorTask => ({
  ...{ attemptId: 'at-1', inputs: [input('first_frame')], params: {}, callbackUrl: null },
  request: { ...request, ...more },
  ...rest,
});

it('says everything in words, with the budget that the price of the job covers', () => {
  const inputs = [input('last_frame'), input('first_frame')];
  const { body, budget, pictures } = toChat(task({}, { inputs }));
  expect(budget).toBe(320);
  expect(pictures.map(({ role }) => role)).toEqual(['first_frame', 'last_frame']);
  expect(body['prompt']).toBe(
    [
      'Make exactly one video with the tool generate_video_veo3_1, once. Do not ask back, and make nothing else.',
      'Length: 8 seconds. Aspect ratio: 9:16. Resolution: 720p.',
      'The first attached picture is the first frame of the video.',
      'The second attached picture is the last frame of the video.',
      'The video shows: a cat walks. Avoid: blur.',
    ].join('\n'),
  );
});

it.each<[string, VendorTask, string]>([
  ['a model that is not sold', task({ model: 'lovart:veo3' }), 'unsupported_by_model'],
  ["another vendor's model", task({ model: 'runway:gen4.5' }), 'unsupported_by_model'],
  ['anime', task({ operation: 'video-to-anime' }), 'unsupported_by_model'],
  ['no picture', task({}, { inputs: [] }), 'invalid_input'],
  ['a last picture alone', task({}, { inputs: [input('last_frame')] }), 'invalid_input'],
  ['a picture for text', task({ operation: 'text-to-video' }), 'unsupported_by_model'],
  [
    'two first pictures',
    task({}, { inputs: [input('first_frame'), input('first_frame')] }),
    'unsupported_by_model',
  ],
  ['a GIF', task({}, { inputs: [input('first_frame', 'image/gif')] }), 'invalid_input'],
  ['a strange parameter', task({}, { params: { speed: 2 } }), 'invalid_input'],
])('refuses %s before the vendor is called', (_what, wrong, code) => {
  expect(() => toChat(wrong)).toThrow(expect.objectContaining({ code }) as Error);
});
