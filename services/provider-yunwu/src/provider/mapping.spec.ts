import type { VideoRequest } from '@shotloom/contracts';
import { InlineFile, type VendorInput } from '@shotloom/provider-kit';
import { toCreate } from './mapping';

const request: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'yunwu', model: 'yunwu:grok-video-3', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 6, aspectRatio: '9:16', size: '1080P' },
  ...{ width: 832, height: 1504, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};
const input = (more: Partial<VendorInput> = {}): VendorInput => ({
  ...{ role: 'first_frame', contentType: 'image/png', sizeBytes: 12_000_000, url: null },
  open: () => Promise.reject(new Error('it is read while it is sent')),
  ...more,
});
const create = (more: Partial<VideoRequest> = {}, inputs: VendorInput[] = []) =>
  toCreate({ attemptId: 'at-1', request: { ...request, ...more }, inputs, params: {}, callbackUrl: null });
const imagine = { model: 'yunwu:grok-imagine-video', size: '720P', aspectRatio: '16:9' } as const;

it('writes all five fields for grok, also where there is no picture', () => {
  expect(create().json).toEqual({
    ...{ model: 'grok-video-3', prompt: 'a cat walks. Avoid: blur. --mode=custom' },
    ...{ aspect_ratio: '9:16', size: '1080P', images: [] },
  });
});

it('gives a picture by its address, else as a file that is written while it is sent', () => {
  const url = 'https://pictures.example/a.png';
  expect(create({}, [input({ url })]).json['images']).toEqual([url]);
  const { json, notes } = create({}, [input()]);
  expect(json['images']).toEqual([expect.any(InlineFile)]);
  expect(notes).toHaveLength(1);
});

it('leaves other models their prompt, and passes on whatever name is sold', () => {
  const { format, json } = create({ model: 'yunwu:veo3.1-fast', negativePrompt: null });
  expect({ format, ...json }).toMatchObject({
    ...{ format: 'unified', model: 'veo3.1-fast', prompt: 'a cat walks' },
  });
});

it("speaks xAI's format for its models", () => {
  const url = 'https://pictures.example/a.png';
  expect(create({ ...imagine, negativePrompt: null }, [input({ url, role: 'reference' })])).toMatchObject({
    format: 'xai',
    json: {
      ...{ model: 'grok-imagine-video', prompt: 'a cat walks', resolution: '720p', duration: 6 },
      ...{ aspect_ratio: '16:9', reference_images: [{ url }] },
    },
  });
});

it.each<[string, Partial<VideoRequest>, VendorInput[], string]>([
  ['a video', { operation: 'video-to-anime' }, [], 'unsupported_by_model'],
  ['a last picture', {}, [input({ role: 'last_frame' })], 'unsupported_by_model'],
  ['subjects of grok-video-3', {}, [input({ role: 'reference' })], 'unsupported_by_model'],
  ['subjects beside a frame', imagine, [input(), input({ role: 'reference' })], 'unsupported_by_model'],
  ['8 subjects', imagine, Array<VendorInput>(8).fill(input({ role: 'reference' })), 'unsupported_by_model'],
  ['subjects for 11 s', { ...imagine, durationSeconds: 11 }, [input({ role: 'reference' })], 'invalid_input'],
  ['no picture', { operation: 'image-to-video' }, [], 'invalid_input'],
  ['a GIF', {}, [input({ contentType: 'image/gif' })], 'invalid_input'],
])('refuses %s before anything is sent', (_what, more, inputs, code) => {
  expect(() => create(more, inputs)).toThrow(expect.objectContaining({ code }) as Error);
});
