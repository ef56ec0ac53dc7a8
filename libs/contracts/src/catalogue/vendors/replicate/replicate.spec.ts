import { Catalogue, priceOf } from '../../catalogue';
import { costMicros } from '../../vendor-cost';
import { vendorCostOf, type RequestFacts } from '../../rules';
import { replicate } from '.';

const catalogue = new Catalogue(new Set(['replicate']), replicate.models);
const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  ...{ operation: 'image-to-video', size: '480P', aspectRatio: '16:9', durationSeconds: 5 },
  ...{ params: {}, inputs: [{ role: 'first_frame' }] },
  ...more,
});

it.each<[string, Partial<RequestFacts>, number, number, string]>([
  ['svd-xt', { size: '576P' }, 14, 180, 'replicate_a40_second'],
  ['wan-2.2-i2v-fast', {}, 5, 0.05, 'usd'],
  ['wan-2.2-i2v-fast', { size: '720P' }, 11, 0.11, 'usd'],
  ['wan-2.2-t2v-fast', { size: '720P', operation: 'text-to-video', inputs: [] }, 10, 0.1, 'usd'],
])('sells %s by the video: %j', (name, more, credits, units, unit) => {
  const model = catalogue.get(`replicate:${name}`);
  expect(priceOf(model, facts(more)).credits).toBe(credits);
  expect(vendorCostOf(model, facts(more))).toMatchObject({ units, unit });
});

it('counts the seconds of hardware that the vendor reports', () => {
  expect(costMicros({ amount: '61.2', unit: 'replicate_a40_second' })).toBe(44_370);
});

it('is first what the platform was made for', () => {
  expect(catalogue.defaultFor('image-to-video', new Date('2026-11-27'))?.id).toBe('replicate:svd-xt');
});
