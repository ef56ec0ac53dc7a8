import { checkAmount, checkPositiveAmount } from './amounts';

it('takes whole numbers, zero only where nothing need move', () => {
  expect(checkAmount(0)).toBe(0);
  expect(checkPositiveAmount(7)).toBe(7);
  expect(() => checkPositiveAmount(0)).toThrow(expect.objectContaining({ code: 'invalid_input' }) as Error);
});

it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
  'refuses %p and names the field',
  (amount) => {
    const error = {
      code: 'invalid_input',
      fields: [{ field: 'price', reason: expect.any(String) as string }],
    };
    expect(() => checkAmount(amount, 'price')).toThrow(expect.objectContaining(error) as Error);
  },
);
