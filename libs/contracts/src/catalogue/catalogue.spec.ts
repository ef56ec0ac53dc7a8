import { MODELS } from './models';
import { Catalogue, priceOf } from './catalogue';
import type { ModelSpec } from './model';

const today = new Date('2026-11-22');
const [animatic] = MODELS;
if (!animatic) throw new Error('the catalogue is empty');
const model = (more: Partial<ModelSpec>): ModelSpec => ({ ...animatic, ...more });

it('offers a model of a provider that is switched on', () => {
  expect(new Catalogue(new Set(['animatic'])).state(animatic, today)).toEqual({ enabled: true });
});

it('says why it does not offer one', () => {
  const on = new Catalogue(new Set(['animatic']));
  expect(new Catalogue(new Set()).state(animatic, today)).toMatchObject({
    reason: expect.stringContaining('not switched on') as string,
  });
  expect(on.state(model({ price: null }), today)).toMatchObject({
    reason: expect.stringContaining('no price') as string,
  });
  const retired = model({ retires_on: '2026-11-01', successor: 'animatic:animatic-1' });
  expect(on.state(retired, today)).toMatchObject({
    reason: expect.stringContaining('Use animatic:animatic-1') as string,
  });
});

it('names what there is where a model is unknown', () => {
  expect(() => new Catalogue(new Set()).get('kling:none')).toThrow('Known models: animatic:animatic-1');
});

it('prices by the second, and refuses a model without a price', () => {
  expect(priceOf(animatic, 5)).toEqual({ credits: 5, version: '2026-11-01' });
  expect(() => priceOf(model({ price: null }), 5)).toThrow('no price');
});

it('finds a default only among what is on', () => {
  expect(new Catalogue(new Set(['animatic'])).defaultFor('image-to-video', today)?.id).toBe(
    'animatic:animatic-1',
  );
  expect(new Catalogue(new Set(['nobody'])).defaultFor('image-to-video', today)).toBeUndefined();
});

it('has pixels for every size and ratio that a model offers, even as H.264 wants them', () => {
  for (const spec of MODELS) {
    for (const ratios of Object.values(spec.sizes)) {
      for (const ratio of spec.aspect_ratios) {
        const pixels = ratios[ratio];
        expect(pixels && pixels.width % 2 === 0 && pixels.height % 2 === 0).toBe(true);
      }
    }
  }
});
