import type { VideoRequest } from '@shotloom/contracts';
import type { VendorInput, VendorTask } from '@shotloom/provider-kit';
import { toCreate } from './mapping';

const request: VideoRequest = {
  ...{ operation: 'image-to-video', provider: 'hailuo', model: 'hailuo:hailuo-02', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 6, aspectRatio: '16:9', size: '768P' },
  ...{ width: 1366, height: 768, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};
const input = (role: VendorInput['role'], more: Partial<VendorInput> = {}): VendorInput => ({
  ...{ role, contentType: 'image/png', sizeBytes: 24, url: `https://p.example/${role}.png` },
  open: () => Promise.reject(new Error('not read')),
  ...more,
});
const task = (more: Partial<VideoRequest> = {}, rest: Partial<VendorTask> = {}): VendorTask => ({
  ...{ attemptId: 'at-1', inputs: [input('first_frame')], params: {}, callbackUrl: 'https://door.example/' },
  request: { ...request, ...more },
  ...rest,
});

it('says v1 what to avoid at the end of the prompt, and both frames', () => {
  const inputs = [input('first_frame'), input('last_frame')];
  const params = { prompt_optimizer: false };
  expect(toCreate(task({}, { inputs, params }))).toMatchObject({
    api: 'v1',
    json: {
      model: 'MiniMax-Hailuo-02',
      prompt: 'a cat walks. Avoid: blur.',
      prompt_optimizer: false,
      duration: 6,
      resolution: '768P',
      first_frame_image: 'https://p.example/first_frame.png',
      last_frame_image: 'https://p.example/last_frame.png',
      callback_url: 'https://door.example/',
    },
    notes: ['The video takes the shape of the picture.'],
  });
});

it('says v2 the same in contents, with a ratio only where no frame gives one', () => {
  const { api, json } = toCreate(task({ model: 'hailuo:h3' }));
  expect(api).toBe('v2');
  expect(json).toMatchObject({
    content: [{ type: 'text' }, { type: 'image_url', role: 'first_frame' }],
    duration: 6,
  });
  expect(json).not.toHaveProperty('ratio');
  const inputs = [input('reference')];
  const text = toCreate(task({ model: 'hailuo:h3', operation: 'text-to-video' }, { inputs })).json;
  expect(text).toMatchObject({ ratio: '16:9', content: [{ type: 'text' }, { role: 'reference_image' }] });
});

it.each<[string, VendorTask, string]>([
  ['a model that is unknown', task({ model: 'hailuo:none' }), 'unsupported_by_model'],
  ['anime', task({ operation: 'video-to-anime' }), 'unsupported_by_model'],
  ['no picture', task({}, { inputs: [] }), 'invalid_input'],
  [
    'a last picture of 2.3',
    task({ model: 'hailuo:hailuo-2.3' }, { inputs: [input('first_frame'), input('last_frame')] }),
    'unsupported_by_model',
  ],
  [
    'frames beside references',
    task({ model: 'hailuo:h3' }, { inputs: [input('first_frame'), input('reference')] }),
    'unsupported_by_model',
  ],
  [
    'a picture of 20 MB',
    task({}, { inputs: [input('first_frame', { sizeBytes: 20_000_000 })] }),
    'invalid_input',
  ],
  ['a GIF', task({}, { inputs: [input('first_frame', { contentType: 'image/gif' })] }), 'invalid_input'],
  ['a prompt that is too long when folded', task({ prompt: 'x'.repeat(1_990) }), 'invalid_input'],
  ['a strange parameter', task({}, { params: { speed: 2 } }), 'invalid_input'],
])('refuses %s before the vendor is called', (_what, wrong, code) => {
  expect(() => toCreate(wrong)).toThrow(expect.objectContaining({ code }) as Error);
});
