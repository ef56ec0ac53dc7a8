import type { RequestFacts } from './rules';
import { costMicros, estimateVendorMicros } from './vendor-cost';
import { MODELS } from './vendors';

const model = (id: string) => MODELS.find((candidate) => candidate.id === id);

it.each([
  ['1.5', 'kling_unit', 210_000],
  ['0.333', 'usd', 333_000],
  ['0', 'usd', 0],
  ['3', 'doubloon', null],
  ['much', 'usd', null],
  ['-1', 'usd', null],
])('counts %s %s as %s millionths of a dollar', (amount, unit, micros) =>
  expect(costMicros({ amount, unit })).toBe(micros),
);

const request = (more: Partial<RequestFacts>): RequestFacts => ({
  operation: 'text-to-video',
  size: '720P',
  aspectRatio: '16:9',
  durationSeconds: 5,
  params: {},
  inputs: [],
  ...more,
});

it('reserves what the tariff of the vendor says', () => {
  const sound = request({ size: '1080P', params: { sound: true } });
  // 5 s of 1080P with sound: 1.0 units a second.
  expect(estimateVendorMicros(model('kling:kling-2.6'), sound)).toBe(5 * 140_000);
  expect(estimateVendorMicros(model('kling:kling-3.0'), request({ durationSeconds: 3 }))).toBe(3 * 84_000);
});

it('reserves the price where no tariff is known, and nothing for what is not offered', () => {
  expect(estimateVendorMicros(model('animatic:animatic-1'), request({}))).toBe(5 * 10_000);
  expect(estimateVendorMicros(undefined, request({}))).toBe(0);
});
