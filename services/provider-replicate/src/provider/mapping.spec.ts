import type { VideoRequest } from '@shotloom/contracts';
import type { VendorInput, VendorTask } from '@shotloom/provider-kit';
import { toCreate } from './mapping';

const request: VideoRequest = {
  ...{ operation: 'image-to-video', provider: 'replicate', model: 'replicate:svd-xt', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 4, aspectRatio: '16:9', size: '576P' },
  ...{ width: 1024, height: 576, seed: 7, strength: null, inputs: [], params: {}, adjustments: [] },
};
const input = (role: VendorInput['role']): VendorInput => ({
  ...{ role, contentType: 'image/png', sizeBytes: 24, url: null },
  open: () => Promise.reject(new Error('not read')),
});
const task = (more: Partial<VideoRequest> = {}, rest: Partial<VendorTask> = {}): VendorTask => ({
  ...{ attemptId: 'at-1', inputs: [input('first_frame')], params: {}, callbackUrl: 'https://door.example/' },
  request: { ...request, ...more },
  ...rest,
});

it('runs a versioned model by its version, with frames as fast as the length wants them, and no words', () => {
  const { path, body, files } = toCreate(task({}, { params: { motion_bucket_id: 40 } }));
  expect(path).toBe('/predictions');
  expect(body).toEqual({
    version: '3f0457e4619daac51203dedb472816fd4af51f3149fa7a9e0b5ffcf1b8172438',
    input: {
      ...{ motion_bucket_id: 40, video_length: '25_frames_with_svd_xt', sizing_strategy: 'crop_to_16_9' },
      ...{ frames_per_second: 6, seed: 7 },
    },
    webhook: 'https://door.example/',
    webhook_events_filter: ['completed'],
  });
  expect(files).toEqual([
    { name: 'input_image', file: expect.objectContaining({ role: 'first_frame' }) as unknown },
  ]);
});

it.each([
  [1, 25],
  [2, 13],
  [5, 5],
])('makes %d s of 25 frames by %d a second', (durationSeconds, fps) => {
  expect(toCreate(task({ durationSeconds, aspectRatio: 'adaptive' })).body.input).toMatchObject({
    ...{ frames_per_second: fps, sizing_strategy: 'maintain_aspect_ratio' },
  });
});

it('runs an official model by its name, and folds what to avoid', () => {
  const model = 'replicate:wan-2.2-i2v-fast';
  const inputs = [input('first_frame'), input('last_frame')];
  const { path, body, files } = toCreate(task({ model, size: '720P' }, { inputs }));
  expect(path).toBe('/models/wan-video/wan-2.2-i2v-fast/predictions');
  expect(body).not.toHaveProperty('version');
  expect(body.input).toMatchObject({
    prompt: 'a cat walks. Avoid: blur.',
    resolution: '720p',
    num_frames: 81,
  });
  expect(files.map(({ name }) => name)).toEqual(['image', 'last_image']);
});

it("runs any model of an operator's catalogue as its entry says", () => {
  const params = {
    ...{ image_input: 'start_image', duration_input: 'seconds', negative_prompt_input: 'avoid', cfg: 3 },
    version: 'a'.repeat(64),
  };
  const { path, body, files } = toCreate(task({ model: 'replicate:acme/any-video' }, { params }));
  expect(path).toBe('/predictions');
  expect(body).toMatchObject({ version: 'a'.repeat(64) });
  expect(body.input).toEqual({ prompt: 'a cat walks', avoid: 'blur', seconds: 4, cfg: 3 });
  expect(files[0]?.name).toBe('start_image');
  expect(
    toCreate(task({ model: 'replicate:acme/any-video', operation: 'text-to-video' }, { inputs: [] })).path,
  ).toBe('/models/acme/any-video/predictions');
});

it('names no address to call back that the vendor would refuse the whole request for', () => {
  expect(toCreate(task({}, { callbackUrl: 'http://door.example/' })).body).not.toHaveProperty('webhook');
});

it.each<[string, VendorTask, string]>([
  ['a model that is unknown', task({ model: 'replicate:none' }), 'unsupported_by_model'],
  ['a path in the name of a model', task({ model: 'replicate:a/b/../../files' }), 'unsupported_by_model'],
  [
    'a version that is none',
    task({ model: 'replicate:a/b' }, { params: { version: '../files' } }),
    'unsupported_by_model',
  ],
  ['no picture', task({}, { inputs: [] }), 'invalid_input'],
  [
    'a last picture of svd',
    task({}, { inputs: [input('first_frame'), input('last_frame')] }),
    'unsupported_by_model',
  ],
  ['a picture that the entry has no name for', task({ model: 'replicate:a/b' }), 'unsupported_by_model'],
])('refuses %s before the vendor is called', (_what, wrong, code) => {
  expect(() => toCreate(wrong)).toThrow(expect.objectContaining({ code }) as Error);
});
