import { Catalogue, priceOf } from '../../catalogue';
import { MICRO_USD_PER_CREDIT, vendorCostOf, type RequestFacts } from '../../rules';
import { lovart } from '.';

const catalogue = new Catalogue(new Set(['lovart']), lovart.models);
const facts = (durationSeconds: number): RequestFacts => ({
  ...{
    operation: 'text-to-video',
    size: '720P',
    aspectRatio: '16:9',
    durationSeconds,
    params: {},
    inputs: [],
  },
});

it.each([
  ['kling_v2_6', 5, 100],
  ['kling_v3', 10, 300],
  ['hailuo_v2_3', 6, 120],
  ['veo3_1', 8, 320],
  ['veo3_1_fast', 4, 80],
])('sells %s of %d s for the budget that its agent gets: %d', (name, seconds, budget) => {
  const model = catalogue.get(`lovart:${name}`);
  expect(vendorCostOf(model, facts(seconds))).toMatchObject({ units: budget, unit: 'lovart_credit' });
  const { microUsd } = vendorCostOf(model, facts(seconds)) ?? { microUsd: Infinity };
  expect(priceOf(model, facts(seconds)).credits * MICRO_USD_PER_CREDIT).toBeGreaterThanOrEqual(microUsd);
});
