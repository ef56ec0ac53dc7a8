import { MODELS, type DescribedAsset, type ModelSpec } from '@shotloom/contracts';
import { checkSource } from './check-sources';
import { buildVideoRequest, checkCapabilities } from './video-request';
import { findFrame, framesOf } from './frame';
import type { Source } from './sources';

const [animatic] = MODELS;
if (!animatic) throw new Error('no model');

/** A vendor's model: 6 or 10 s, one ratio, no seed, no strength, and pictures only. */
const narrow: ModelSpec = {
  ...animatic,
  id: 'vendor:narrow',
  operations: ['image-to-video'],
  duration: { min: 6, max: 10, step: 4, default: 6 },
  aspect_ratios: ['16:9'],
  sizes: { '768P': { '16:9': { width: 1366, height: 768 } } },
  default_size: '768P',
  prompt: { required: true, max_length: 500 },
  supports: { negative_prompt: true, seed: false, strength: false },
  inputs: { image: { max_bytes: 1_000, max_pixels: 1_000_000 }, video: null },
};
const fieldsOf = (problems: readonly { field: string }[]): string[] => problems.map(({ field }) => field);
const asset = (facts: Partial<DescribedAsset>): DescribedAsset => ({
  assetId: 'a',
  accountId: 'acc',
  ownerUserId: 'u',
  kind: 'image',
  origin: 'upload',
  objectKey: 'k',
  contentType: 'image/png',
  sizeBytes: 1_000,
  sha256: 'x',
  width: 1_000,
  height: 1_000,
  durationSeconds: null,
  fps: null,
  videoCodec: null,
  fileName: null,
  posterKey: null,
  createdAt: '2026-11-22T00:00:00Z',
  url: '',
  downloadUrl: '',
  posterUrl: null,
  urlsExpireAt: '2026-11-22T00:00:00Z',
  ...facts,
});
const from = (field: string, found: DescribedAsset): Source => ({
  ...{ field, asset: found, role: found.kind === 'image' ? 'first_frame' : 'video' },
});

describe('checkCapabilities', () => {
  it('finds nothing where the model can do it all', () => {
    expect(checkCapabilities(animatic, 'text-to-video', { duration: 15, size: '1080p', seed: 1 })).toEqual(
      [],
    );
    expect(checkCapabilities(narrow, 'image-to-video', { duration: 10, negative_prompt: 'rain' })).toEqual(
      [],
    );
  });

  it('finds everything that it cannot', () => {
    const problems = checkCapabilities(narrow, 'text-to-video', {
      prompt: 'x'.repeat(501),
      duration: 8,
      aspect_ratio: '1:1',
      seed: 1,
      strength: 0.5,
    });
    expect(fieldsOf(problems)).toEqual(['model', 'prompt', 'duration', 'aspect_ratio', 'seed', 'strength']);
    expect(problems.find(({ field }) => field === 'duration')?.reason).toBe(
      'vendor:narrow makes videos of 6 to 10 s in steps of 4, not of 8 s.',
    );
  });
});

describe('checkSource', () => {
  it('holds a picture against bytes and pixels', () => {
    expect(checkSource(narrow, from('asset_id', asset({})))).toEqual([]);
    expect(checkSource(narrow, from('asset_id', asset({ sizeBytes: 1_001, width: 1_001 })))).toHaveLength(2);
  });

  it('holds a video against its length, and refuses one where none is taken', () => {
    const video = asset({ kind: 'video', durationSeconds: 60.01 });
    expect(fieldsOf(checkSource(animatic, from('file_url', video)))).toEqual(['file_url']);
    expect(checkSource(animatic, from('file_url', { ...video, durationSeconds: 60 }))).toEqual([]);
    expect(checkSource(narrow, from('file_url', video))[0]?.reason).toBe('vendor:narrow takes no video.');
  });
});

describe('findFrame', () => {
  it('takes the ratio nearest to the source', () => {
    const ratio = (width: number, height: number): unknown => findFrame(animatic, {}, { width, height });
    expect(ratio(4_000, 3_200)).toMatchObject({ aspectRatio: '1:1' });
    expect(ratio(4_000, 2_500)).toMatchObject({ aspectRatio: '16:9', size: '720P' });
    expect(ratio(100, 400)).toMatchObject({ aspectRatio: '9:16' });
  });

  it('finds every frame again by its pixels', () => {
    for (const frame of framesOf(animatic)) {
      expect(findFrame(animatic, { size: `${frame.width}X${frame.height}` }, null)).toEqual(frame);
    }
  });

  it('says what there is instead', () => {
    expect(findFrame(narrow, { size: '1080P' }, null)).toEqual({
      field: 'size',
      reason: 'vendor:narrow does not make 1080P. It makes: 768P (1366x768).',
    });
  });
});

describe('buildVideoRequest', () => {
  it('gives every request a seed of its own', () => {
    const seeds = Array.from({ length: 20 }, () => buildVideoRequest(animatic, 'text-to-video', {}, []).seed);
    expect(new Set(seeds).size).toBeGreaterThan(15);
    expect(buildVideoRequest(animatic, 'text-to-video', { seed: 0 }, []).seed).toBe(0);
  });

  it.each([
    [0.4, 1],
    [3.2, 4],
    [15, 15],
    [40, 15],
  ])('makes anime of a video of %s s %i s long', (durationSeconds, expected) => {
    const found = asset({ kind: 'video', durationSeconds });
    const source = [{ role: 'video', field: 'asset_id', asset: found } as const];
    expect(buildVideoRequest(animatic, 'video-to-anime', {}, source).durationSeconds).toBe(expected);
  });

  it('keeps to the steps of a model', () => {
    const found = asset({ kind: 'video', durationSeconds: 7 });
    const source = [{ role: 'video', field: 'asset_id', asset: found } as const];
    const takesVideo = { ...narrow, inputs: animatic.inputs };
    expect(buildVideoRequest(takesVideo, 'video-to-anime', {}, source).durationSeconds).toBe(10);
  });
});
