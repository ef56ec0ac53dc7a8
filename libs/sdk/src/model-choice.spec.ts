import { MODELS, priceOf, resolveParams } from '@shotloom/contracts';
import type { ModelResource } from './types';
import {
  lengthsOf,
  modelsFor,
  nearestDuration,
  objectionsTo,
  pixelsOf,
  priceRange,
  quoteCredits,
  type VideoWish,
} from './model-choice';

const models: ModelResource[] = MODELS.map((model) => ({ ...model, enabled: true, reason: null }));

const wish: VideoWish = {
  ...{ operation: 'text-to-video', size: '720P', aspectRatio: '16:9', durationSeconds: 5 },
  ...{ params: {}, inputs: [] },
};

it.each(models.filter(({ price }) => price !== null))('quotes $id as the server does', (model) => {
  for (const durationSeconds of lengthsOf(model)) {
    for (const size of Object.keys(model.sizes)) {
      const quoted = quoteCredits(model, { ...wish, size, durationSeconds });
      // The server fills in what was not chosen.
      const params = resolveParams(model, {});
      expect(quoted).toBe(priceOf(model, { ...wish, size, durationSeconds, params }).credits);
    }
  }
});

it('quotes nothing without a price', () => {
  expect(quoteCredits({ price: null, params: {} }, wish)).toBeNull();
});

it('keeps durations within the limits and on the steps', () => {
  const model = { duration: { min: 4, max: 12, step: 4, default: 8 } };
  expect([1, 5, 6, 9, 99].map((seconds) => nearestDuration(model, seconds))).toEqual([4, 4, 8, 8, 12]);
  const listed = { duration: { ...model.duration, step: 1, values: [4, 6, 12] } };
  expect([1, 5, 9, 99].map((seconds) => nearestDuration(listed, seconds))).toEqual([4, 6, 12, 12]);
});

it('knows the pixels of a size, and that some are not offered', () => {
  const model = { sizes: { '720P': { '16:9': { width: 1280, height: 720 } } } };
  expect(pixelsOf(model, '720P', '16:9')).toEqual({ width: 1280, height: 720 });
  expect(pixelsOf(model, '1080P', '16:9')).toBeNull();
});

it('offers enabled models first', () => {
  const [model] = models;
  if (!model) throw new Error('no models');
  const off = { ...model, id: 'x:off', enabled: false };
  const listed = modelsFor([off, model, { ...model, id: 'x:no', operations: [] }], 'image-to-video');
  expect(listed.map(({ id }) => id)).toEqual([model.id, 'x:off']);
});

it('says what the server would, before it is asked, and what prices may be', () => {
  const kling = models.find(({ id }) => id === 'kling:kling-2.6');
  if (!kling) throw new Error('no model');
  expect(objectionsTo(kling, wish)).toEqual([]);
  expect(objectionsTo(kling, { ...wish, params: { sound: true } })).toMatchObject([{ field: 'size' }]);
  expect(priceRange(kling)).toEqual({ perSecond: [5, 14], base: [0, 0] });
  expect(priceRange({ price: null })).toBeNull();
});
