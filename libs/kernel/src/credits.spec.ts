import { credits } from './credits';

it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])('refuses %p', (amount) => {
  expect(() => credits(amount)).toThrow(RangeError);
});

it('takes whole amounts, zero included', () => {
  expect([credits(0), credits(12)]).toEqual([0, 12]);
});
