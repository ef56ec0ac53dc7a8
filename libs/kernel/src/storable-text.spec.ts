import { AppError } from './errors';
import { storableText } from './storable-text';

it.each([
  ['as it is: é 🎨', 'as it is: é 🎨'],
  ['a\u0000b', 'ab'],
  ['🎨'.slice(0, 1), '\ufffd'],
])('keeps of %j what Postgres can keep', (given, kept) => {
  expect(storableText(given)).toBe(kept);
});

it('is what an error is made of', () => {
  const words = { vendorCode: '1\u0000', vendorMessage: 'cut \ud83d' };
  expect(new AppError('provider_failed', 'no\u0000', words).toRecord()).toMatchObject({
    message: 'no',
    vendorCode: '1',
    vendorMessage: 'cut \ufffd',
  });
});
