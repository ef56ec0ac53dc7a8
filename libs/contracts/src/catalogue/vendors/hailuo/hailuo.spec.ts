import { Catalogue, priceOf } from '../../catalogue';
import { vendorCostOf, violations, type RequestFacts } from '../../rules';
import { hailuo } from '.';

const catalogue = new Catalogue(new Set(['hailuo']), hailuo.models);
const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  ...{ operation: 'image-to-video', size: '768P', aspectRatio: '16:9', durationSeconds: 6 },
  ...{ params: {}, inputs: [{ role: 'first_frame' }] },
  ...more,
});
const six = Array<{ role: 'reference' }>(6).fill({ role: 'reference' });

it.each<[string, Partial<RequestFacts>, number, number]>([
  ['hailuo-2.3', {}, 28, 2],
  ['hailuo-2.3', { durationSeconds: 10 }, 56, 4],
  ['hailuo-2.3', { size: '1080P' }, 49, 3.5],
  ['hailuo-2.3-fast', {}, 19, 1.35],
  ['hailuo-02', { size: '512P', durationSeconds: 10 }, 14, 1],
  ['h3', { durationSeconds: 5 }, 35, 2.5],
  ['h3', { operation: 'text-to-video', size: '2K', durationSeconds: 5, inputs: six }, 63, 4.2],
])('sells %s by the video or by the second: %j', (name, more, credits, units) => {
  const model = catalogue.get(`hailuo:${name}`);
  expect(priceOf(model, facts(more)).credits).toBe(credits);
  expect(vendorCostOf(model, facts(more))).toMatchObject({ units, unit: 'cny' });
});

it.each<[string, Partial<RequestFacts>, string]>([
  ['hailuo-2.3', { size: '1080P', durationSeconds: 10 }, 'duration'],
  ['hailuo-02', { size: '512P', operation: 'text-to-video', inputs: [] }, 'asset_id'],
])('says what %s does not make together: %j', (name, more, field) => {
  const found = violations(catalogue.get(`hailuo:${name}`), facts(more));
  expect(found.map((violation) => violation.field)).toEqual([field]);
});

it('lets H3 take frames or references, not both', () => {
  const both = facts({ durationSeconds: 5, inputs: [{ role: 'first_frame' }, { role: 'reference' }] });
  expect(violations(catalogue.get('hailuo:h3'), both)).toHaveLength(1);
});
