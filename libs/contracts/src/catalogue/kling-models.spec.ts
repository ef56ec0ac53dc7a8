import { Catalogue, priceOf } from './catalogue';
import { CREDITS_PER_KLING_UNIT, KLING_MODELS, KLING_VENDOR_PRICES } from './kling-models';

const today = new Date('2026-11-22');
const catalogue = new Catalogue(new Set(['kling']), KLING_MODELS);
const living = KLING_MODELS.filter((model) => catalogue.state(model, today).enabled);

it('names a living successor for everything retired', () => {
  for (const model of KLING_MODELS.filter(({ retires_on }) => retires_on !== null)) {
    expect(living.map(({ id }) => id)).toContain(model.successor);
    expect(catalogue.state(model, today)).toMatchObject({
      enabled: false,
      reason: expect.stringContaining(`Use ${model.successor}`) as string,
    });
  }
});

it('never sells below what the vendor takes, at any size that it offers', () => {
  for (const model of living) {
    for (const size of Object.keys(model.sizes)) {
      const row = KLING_VENDOR_PRICES.find((price) => price.model === model.id && price.size === size);
      if (!row) throw new Error(`${model.id} has no vendor price at ${size}`);
      const cost = row.unitsPerSecond * CREDITS_PER_KLING_UNIT * model.duration.default;
      expect(priceOf(model, model.duration.default).credits).toBeGreaterThanOrEqual(Math.floor(cost));
    }
  }
  expect(priceOf(catalogue.get('kling:kling-2.6'), 5).credits).toBe(35);
});
