import { MODELS } from './models';
import { costMicros, estimateVendorMicros } from './vendor-cost';

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

it('reserves what the price list of the vendor says, at its dearest', () => {
  // 5 s of 1080P with sound: 1.0 units a second.
  expect(estimateVendorMicros(model('kling:kling-2.6'), { size: '1080P', durationSeconds: 5 })).toBe(
    5 * 140_000,
  );
  expect(estimateVendorMicros(model('kling:kling-3.0'), { size: '720P', durationSeconds: 3 })).toBe(
    3 * 126_000,
  );
});

it('reserves the price where no price list is known, and nothing for what is not offered', () => {
  const request = { size: '720P', durationSeconds: 5 };
  expect(estimateVendorMicros(model('animatic:animatic-1'), request)).toBe(5 * 10_000);
  expect(estimateVendorMicros(model('kling:kling-v1'), request)).toBe(0);
  expect(estimateVendorMicros(undefined, request)).toBe(0);
});
