import type { VideoRequest } from '@shotloom/contracts';
import { InlineFile, type VendorInput, type VendorTask } from '@shotloom/provider-kit';
import { toCreate } from './mapping';

const request: VideoRequest = {
  operation: 'text-to-video',
  provider: 'kling',
  model: 'kling:kling-2.6',
  prompt: 'a cat',
  negativePrompt: null,
  stylePreset: null,
  durationSeconds: 5,
  aspectRatio: '9:16',
  size: '720P',
  width: 720,
  height: 1280,
  seed: 7,
  strength: null,
  inputs: [],
  params: {},
  adjustments: [],
};
const image = (more: Partial<VendorInput> = {}): VendorInput => ({
  role: 'first_frame',
  contentType: 'image/png',
  sizeBytes: 1000,
  url: null,
  open: () => Promise.reject(new Error('not read here')),
  ...more,
});
const task = (more: Partial<VideoRequest> = {}, rest: Partial<VendorTask> = {}): VendorTask => ({
  ...{ attemptId: 'at-1', request: { ...request, ...more }, inputs: [], params: {}, callbackUrl: null },
  ...rest,
});

it('speaks the new generation with an API key', () => {
  expect(toCreate(task({}, { callbackUrl: 'https://x.example/cb' }), 'apiKey')).toEqual({
    generation: 'standard',
    path: '/text-to-video/kling-2.6',
    json: {
      prompt: 'a cat',
      settings: { resolution: '720p', duration: 5, aspect_ratio: '9:16', audio: 'off' },
      options: {
        external_task_id: 'at-1',
        watermark_info: { enabled: false },
        callback_url: 'https://x.example/cb',
      },
    },
    notes: [],
  });
});

it('speaks the old generation with a key pair, durations as text', () => {
  expect(toCreate(task({ size: '1080P', durationSeconds: 10 }), 'keyPair')).toMatchObject({
    path: '/v1/videos/text2video',
    json: {
      model_name: 'kling-v2-6',
      mode: 'pro',
      duration: '10',
      aspect_ratio: '9:16',
      external_task_id: 'at-1',
    },
  });
});

it('goes back to the old generation for a negative prompt, and says so where a model is not there', () => {
  const negative = { negativePrompt: 'blur', stylePreset: 'ghibli' } as const;
  expect(toCreate(task(negative), 'apiKey').json).toMatchObject({
    prompt: expect.stringMatching(/^a cat, hand-painted/) as string,
    negative_prompt: expect.stringMatching(/^blur, harsh/) as string,
  });
  const turbo = toCreate(task({ ...negative, model: 'kling:kling-3.0-turbo' }), 'apiKey');
  expect(turbo.generation).toBe('standard');
  expect(turbo.notes.join()).toContain('no negative prompt');
});

it('hands pictures over by address where there is one, else as bare base64', () => {
  const byUrl = task(
    { operation: 'image-to-video' },
    { inputs: [image({ url: 'https://x.example/a.png' })] },
  );
  expect(toCreate(byUrl, 'apiKey').json['contents']).toEqual([
    { type: 'prompt', text: 'a cat' },
    { type: 'first_frame', url: 'https://x.example/a.png' },
  ]);
  const inline = toCreate(task({ operation: 'image-to-video' }, { inputs: [image()] }), 'keyPair');
  expect(inline.path).toBe('/v1/videos/image2video');
  expect(inline.json['image']).toBeInstanceOf(InlineFile);
  expect(inline.json['image']).toMatchObject({ prefix: '' });
  expect(inline.json).not.toHaveProperty('aspect_ratio');
});

it('switches off the cuts that the newest family makes by itself', () => {
  const settings = (model: string) =>
    toCreate(task({ model }), 'apiKey').json['settings'] as Record<string, unknown>;
  expect(settings('kling:kling-3.0')['multi_shot']).toBe(false);
  expect(settings('kling:kling-2.5-turbo')).not.toHaveProperty('multi_shot');
  expect(settings('kling:kling-3.0-turbo')).not.toHaveProperty('audio');
});

it('gives omni models their own path', () => {
  expect(toCreate(task({ model: 'kling:kling-o1' }), 'apiKey').path).toBe('/omni-video/kling-o1');
});

it('shows an omni model the pictures of its subjects, after the frames', () => {
  const roles = ['reference', 'last_frame', 'first_frame', 'reference'] as const;
  const inputs = roles.map((role, index) => image({ role, url: `https://x.example/${index}.png` }));
  const request = { model: 'kling:kling-3.0-omni', operation: 'image-to-video' } as const;
  const { json } = toCreate(task(request, { inputs, params: { element_ids: 'e1, e2,' } }), 'apiKey');
  expect(json['contents']).toEqual([
    { type: 'prompt', text: 'a cat' },
    { type: 'first_frame', url: 'https://x.example/2.png' },
    { type: 'last_frame', url: 'https://x.example/1.png' },
    { type: 'refer_image', url: 'https://x.example/0.png' },
    { type: 'refer_image', url: 'https://x.example/3.png' },
    { type: 'element', element_id: 'e1', id: 'element_1' },
    { type: 'element', element_id: 'e2', id: 'element_2' },
  ]);
});

it('makes sound where it is wished, in both generations', () => {
  const wish = task({ size: '1080P' }, { params: { sound: true, mode: 'pro' } });
  expect(toCreate(wish, 'apiKey').json).toHaveProperty('settings.audio', 'native');
  expect(toCreate(wish, 'keyPair').json).toMatchObject({ sound: 'on', mode: 'pro' });
});

it.each([
  ['a model that is gone', task({ model: 'kling:kling-v1' }), 'unsupported_by_model'],
  ['a size that it lacks', task({ size: '480P' }), 'unsupported_by_model'],
  ['a video as input', task({ operation: 'video-to-anime' }), 'unsupported_by_model'],
  [
    'a reference without an omni model',
    task({}, { inputs: [image({ role: 'reference' })] }),
    'unsupported_by_model',
  ],
  ['no picture', task({ operation: 'image-to-video' }), 'invalid_input'],
  ['an unknown parameter', task({}, { params: { steps: 4 } }), 'invalid_input'],
  ['sound below 1080P', task({}, { params: { sound: true } }), 'unsupported_by_model'],
  [
    'a last picture below 1080P',
    task({}, { inputs: [image({ role: 'last_frame' })] }),
    'unsupported_by_model',
  ],
  ['too long a prompt', task({ prompt: 'x'.repeat(2501) }), 'invalid_input'],
  [
    'a picture of another kind',
    task({ operation: 'image-to-video' }, { inputs: [image({ contentType: 'image/webp' })] }),
    'invalid_input',
  ],
  [
    'too large a picture',
    task({ operation: 'image-to-video' }, { inputs: [image({ sizeBytes: 60 * 1024 * 1024 })] }),
    'invalid_input',
  ],
])('refuses %s before anything is sent', (_what, wrong, code) => {
  expect(() => toCreate(wrong, 'apiKey')).toThrow(
    expect.objectContaining({ code, outcome: 'refused' }) as Error,
  );
});

it('refuses a key pair for models that only the new generation has', () => {
  expect(() => toCreate(task({ model: 'kling:kling-3.0-turbo' }), 'keyPair')).toThrow('needs an API key');
});

it.each(['kling-2.5-turbo', 'kling-2.6', 'kling-3.0', 'kling-3.0-turbo', 'kling-3.0-omni', 'kling-o1'])(
  'can make both sizes of %s',
  (name) => {
    for (const size of ['720P', '1080P']) {
      const { json } = toCreate(task({ model: `kling:${name}`, size }), 'apiKey');
      expect(json).toHaveProperty('settings.resolution', size.toLowerCase());
    }
  },
);
