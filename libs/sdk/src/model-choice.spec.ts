import { MODELS, priceOf } from '@shotloom/contracts';
import type { ModelResource } from './types';
import { modelsFor, nearestDuration, pixelsOf, quoteCredits } from './model-choice';

const models: ModelResource[] = MODELS.map((model) => ({ ...model, enabled: true, reason: null }));

it.each(models.filter(({ price }) => price !== null))('quotes $id as the server does', (model) => {
  for (const seconds of [model.duration.min, model.duration.default, model.duration.max]) {
    expect(quoteCredits(model, seconds)).toBe(priceOf(model, seconds).credits);
  }
});

it('quotes nothing without a price', () => {
  expect(quoteCredits({ price: null }, 5)).toBeNull();
});

it('keeps durations within the limits and on the steps', () => {
  const model = { duration: { min: 4, max: 12, step: 4, default: 8 } };
  expect([1, 5, 6, 9, 99].map((seconds) => nearestDuration(model, seconds))).toEqual([4, 4, 8, 8, 12]);
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
