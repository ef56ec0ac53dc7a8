import { MODELS, type DescribedAsset, type ModelSpec } from '@shotloom/contracts';
import { checkSource, checkSources } from './check-sources';
import { framesOf } from './frame';
import { findShape } from './shape';
import { buildVideoRequest, checkCapabilities, type GenerateBody } from './video-request';

const find = (id: string): ModelSpec => {
  const model = MODELS.find((candidate) => candidate.id === id);
  if (!model) throw new Error(`no model ${id}`);
  return model;
};
const kling = find('kling:kling-2.6');
const omni = find('kling:kling-3.0-omni');
const picture = (facts: Partial<DescribedAsset> = {}): DescribedAsset => ({
  ...{ assetId: 'a', accountId: 'acc', ownerUserId: 'u', kind: 'image', origin: 'upload', objectKey: 'k' },
  ...{ contentType: 'image/png', sizeBytes: 1_000, sha256: 'x', width: 1_000, height: 1_000 },
  ...{ durationSeconds: null, fps: null, videoCodec: null, fileName: null, posterKey: null },
  ...{ createdAt: '2026-11-22T00:00:00Z', url: '', downloadUrl: '', posterUrl: null },
  urlsExpireAt: '2026-11-22T00:00:00Z',
  ...facts,
});
const asSource = (
  asset: DescribedAsset,
  role: 'first_frame' | 'last_frame' | 'reference' = 'first_frame',
) => ({
  role,
  field: role,
  asset,
});

describe('findShape', () => {
  it('moves a size that was left open to where a wish can be had', () => {
    expect(findShape(kling, 'text-to-video', { params: { sound: true } }, null)).toMatchObject({
      frame: { size: '1080P' },
      durationSeconds: 5,
    });
    expect(findShape(kling, 'image-to-video', { last_frame: 'x' }, null)).toMatchObject({
      frame: { size: '1080P' },
    });
  });

  it('keeps a size that was asked for, and says what is wrong', () => {
    const body = { size: '720P', params: { sound: true } };
    expect(findShape(kling, 'text-to-video', body, null)).toEqual([
      { field: 'size', reason: 'kling:kling-2.6 with sound true makes 1080P only, not 720P.' },
    ]);
  });

  it('moves a length that was left open before the size', () => {
    const model = { ...kling, constraints: [{ when: { sizes: ['720P'] }, only: { durations: [10] } }] };
    expect(findShape(model, 'text-to-video', {}, null)).toMatchObject({
      frame: { size: '720P' },
      durationSeconds: 10,
    });
  });
});

describe('an adaptive ratio', () => {
  const model: ModelSpec = {
    ...kling,
    aspect_ratios: ['16:9', 'adaptive'],
    sizes: { '720P': { '16:9': { width: 1280, height: 720 }, adaptive: { width: 960, height: 960 } } },
  };

  it('is the shape of the picture, in as many pixels, and is taken where there is one', () => {
    const shape = findShape(model, 'image-to-video', {}, { width: 3_000, height: 4_000 });
    expect(shape).toMatchObject({ frame: { aspectRatio: 'adaptive', width: 832, height: 1108 } });
    expect(findShape(model, 'text-to-video', {}, null)).toMatchObject({ frame: { aspectRatio: '16:9' } });
    expect(framesOf(model)).toHaveLength(2);
  });

  it('is refused where there is no picture', () => {
    expect(findShape(model, 'text-to-video', { aspect_ratio: 'adaptive' }, null)).toMatchObject([
      { field: 'aspect_ratio', reason: expect.stringContaining('there is none') as string },
    ]);
  });
});

describe('checkCapabilities', () => {
  it.each<[GenerateBody, string[]]>([
    [{ params: { sound: true, steps: 4 } }, ['params.steps']],
    [{ params: { sound: 'on' } }, ['params.sound']],
    [{ params: { mode: 'pro' }, size: '720P' }, ['size']],
    [{ last_frame: 'x', size: '720P' }, ['size']],
    [{ references: ['x'], subject_reference_url: 'y' }, ['references']],
    [{ subject_reference_url: 'y' }, ['subject_reference_url']],
    // Three rules at once: one sentence each.
    [{ duration: 7, params: { sound: true }, size: '720P' }, ['duration', 'size']],
  ])('names every field of %j that Kling 2.6 does not take', (body, fields) => {
    expect(checkCapabilities(kling, 'image-to-video', body).map(({ field }) => field)).toEqual(fields);
  });

  it('counts pictures by role, and all together', () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`);
    const problems = (body: GenerateBody) => checkCapabilities(omni, 'image-to-video', body);
    expect(problems({ asset_id: 'a', references: many(6) })).toEqual([]);
    expect(problems({ references: many(8) })[0]?.reason).toContain('at most 7 reference pictures, not 8');
    expect(problems({ asset_id: 'a', last_frame: 'b', references: many(6) })[0]?.reason).toContain('not 8');
  });

  it('measures prompt, style and folded words as the vendor gets them', () => {
    const folded: ModelSpec = {
      ...kling,
      prompt: { required: true, max_length: 2_000, max_whole: 2_000 },
      supports: { ...kling.supports, negative_prompt: 'folded' },
    };
    const body = { prompt: 'x'.repeat(1_990), negative_prompt: 'rain' };
    expect(checkCapabilities(folded, 'text-to-video', { prompt: body.prompt })).toEqual([]);
    expect(checkCapabilities(folded, 'text-to-video', body)).toMatchObject([{ field: 'prompt' }]);
    expect(checkCapabilities(kling, 'text-to-video', body)).toEqual([]);
  });

  it('takes no prompt where a model has no use for one', () => {
    const mute: ModelSpec = { ...kling, prompt: { required: false, max_length: 1, unused: true } };
    expect(checkCapabilities(mute, 'image-to-video', { prompt: 'a' })).toMatchObject([{ field: 'prompt' }]);
    expect(checkCapabilities(mute, 'image-to-video', {})).toEqual([]);
  });
});

describe('checkSource', () => {
  const withFit = (fit: 'none' | 'frame'): ModelSpec => ({
    ...kling,
    inputs: { ...kling.inputs, image: kling.inputs.image && { ...kling.inputs.image, fit } },
  });

  it.each<[Partial<DescribedAsset>, string]>([
    [{ contentType: 'image/webp' }, 'kling:kling-2.6 takes JPEG, PNG only.'],
    [{ width: 299, height: 299 }, 'at least 300 pixels a side, and this is 299x299'],
    [{ width: 2_600 }, 'a width of 0.4 to 2.5 times the height, and this is 2.6 times'],
  ])('refuses a picture that is %j, where nothing is done with it', (facts, words) => {
    expect(checkSource(withFit('none'), asSource(picture(facts)))[0]?.reason).toContain(words);
    expect(checkSource(kling, asSource(picture(facts)))).toEqual([]);
  });

  it('leaves what is cropped to the frame until there is one', () => {
    const tall = asSource(picture({ width: 200, height: 2_000 }));
    expect(checkSource(withFit('frame'), tall)).toEqual([]);
    expect(checkSource(withFit('frame'), tall, { width: 1280, height: 720 })).toHaveLength(1);
  });

  it('looks at each picture by its own role', () => {
    const sources = [
      asSource(picture()),
      asSource(picture({ width: 9_600 }), 'last_frame'),
      asSource(picture(), 'reference'),
    ];
    expect(checkSources(kling, sources).map(({ field }) => field)).toEqual(['last_frame', 'reference']);
  });
});

describe('buildVideoRequest', () => {
  it('keeps every input under its role, parameters with their defaults, and what the model made of a wish', () => {
    const sources = [asSource(picture({ width: 500 })), asSource(picture({ assetId: 'b' }), 'last_frame')];
    const folded: ModelSpec = { ...kling, supports: { ...kling.supports, negative_prompt: 'folded' } };
    const body: GenerateBody = {
      prompt: 'a',
      negative_prompt: 'rain',
      aspect_ratio: '16:9',
      last_frame: 'b',
    };
    const request = buildVideoRequest(folded, 'image-to-video', body, sources);
    expect(request).toMatchObject({
      size: '1080P',
      prompt: 'a',
      negativePrompt: 'rain',
      params: { sound: false, watermark: false },
    });
    expect(request.inputs.map(({ role }) => role)).toEqual(['image', 'last_frame']);
    expect(request.adjustments).toMatchObject([
      { field: 'negative_prompt', from: 'rain', to: 'prompt' },
      { field: 'aspect_ratio', from: '16:9', to: 'adaptive' },
    ]);
  });

  it('says nothing of a shape that the picture has', () => {
    const sources = [asSource(picture({ width: 1366, height: 768 }))];
    expect(buildVideoRequest(kling, 'image-to-video', { aspect_ratio: '16:9' }, sources).adjustments).toEqual(
      [],
    );
  });
});
