import type { VideoRequest } from '@shotloom/contracts';
import { InlineFile, type VendorInput, type VendorTask } from '@shotloom/provider-kit';
import { toCreate } from './mapping';
import { handOver } from './pictures';

const request: VideoRequest = {
  ...{ operation: 'image-to-video', provider: 'runway', model: 'runway:gen4_turbo', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 5, aspectRatio: '4:3', size: '720P' },
  ...{ width: 1104, height: 832, seed: 7, strength: null, inputs: [], params: {}, adjustments: [] },
};
const input = (role: VendorInput['role'], more: Partial<VendorInput> = {}): VendorInput => ({
  ...{ role, contentType: 'image/png', sizeBytes: 24, url: `https://p.example/${role}.png` },
  open: () => Promise.reject(new Error('not read')),
  ...more,
});
const task = (more: Partial<VideoRequest> = {}, rest: Partial<VendorTask> = {}): VendorTask => ({
  ...{ attemptId: 'at-1', inputs: [input('first_frame')], params: {}, callbackUrl: null },
  request: { ...request, ...more },
  ...rest,
});

it('says the ratio as the very pixels, and folds what to avoid', () => {
  const { route, body, frames } = toCreate(task({}, { params: { public_figures: 'low' } }));
  expect(route).toBe('image_to_video');
  expect(body).toEqual({
    ...{
      model: 'gen4_turbo',
      promptText: 'a cat walks. Avoid: blur.',
      ratio: '1104:832',
      duration: 5,
      seed: 7,
    },
    contentModeration: { publicFigureThreshold: 'low' },
  });
  expect(frames.map(({ position }) => position)).toEqual(['first']);
});

it('tells Veo what to avoid apart, whether there is sound, and both frames', () => {
  const inputs = [input('first_frame'), input('last_frame')];
  const { body, frames } = toCreate(task({ model: 'runway:veo3.1' }, { inputs, params: { audio: false } }));
  expect(body).toMatchObject({ promptText: 'a cat walks', negativePrompt: 'blur', audio: false });
  expect(frames.map(({ position }) => position)).toEqual(['first', 'last']);
});

// `inline`, an address, or null for an upload.
it.each<[string, Partial<VendorInput>, string | null]>([
  ['the largest that fits a data URI', { sizeBytes: 3_749_982 }, 'inline'],
  ['one byte group more', { sizeBytes: 3_749_985 }, 'https://p.example/first_frame.png'],
  ['a large one without an address', { sizeBytes: 4_000_000, url: null }, null],
  ['one at an http address', { sizeBytes: 4_000_000, url: 'http://p.example/a.png' }, null],
  ['one at an address without a name', { sizeBytes: 4_000_000, url: 'https://10.0.0.1/a.png' }, null],
  ['one at a long address', { sizeBytes: 4_000_000, url: `https://p.example/${'x'.repeat(2_048)}` }, null],
])('hands over %s as the vendor takes it', (_what, more, expected) => {
  const handed = handOver(input('first_frame', more));
  expect(handed instanceof InlineFile ? 'inline' : handed).toBe(expected);
});

it.each<[string, VendorTask, string]>([
  ['a model that is retired', task({ model: 'runway:gen3a_turbo' }), 'unsupported_by_model'],
  ['anime', task({ operation: 'video-to-anime' }), 'unsupported_by_model'],
  ['no picture', task({}, { inputs: [] }), 'invalid_input'],
  ['text alone for gen4_turbo', task({ operation: 'text-to-video' }, { inputs: [] }), 'unsupported_by_model'],
  [
    'a last picture of gen4.5',
    task({ model: 'runway:gen4.5' }, { inputs: [input('first_frame'), input('last_frame')] }),
    'unsupported_by_model',
  ],
  [
    'a picture for text',
    task({ model: 'runway:gen4.5', operation: 'text-to-video' }),
    'unsupported_by_model',
  ],
  ['a GIF', task({}, { inputs: [input('first_frame', { contentType: 'image/gif' })] }), 'invalid_input'],
  [
    'a picture of 17 MB',
    task({}, { inputs: [input('first_frame', { sizeBytes: 17_000_000 })] }),
    'invalid_input',
  ],
  ['a prompt that is too long when folded', task({ prompt: 'x'.repeat(990) }), 'invalid_input'],
  ['a strange parameter', task({}, { params: { speed: 2 } }), 'invalid_input'],
])('refuses %s before the vendor is called', (_what, wrong, code) => {
  expect(() => toCreate(wrong)).toThrow(expect.objectContaining({ code }) as Error);
});
