import { maskFields, unmaskFields } from './shown-credential';

const present = { apiKey: 'sk-0123456789abcdefx4KR', short: 'abc' };

it('keeps what is saved as it was shown, and takes what is new', () => {
  expect(maskFields(present)).toEqual({ apiKey: 'sk-****x4KR', short: '****' });
  expect(unmaskFields(maskFields(present), present)).toEqual(present);
  expect(unmaskFields({ apiKey: 'another', short: '****' }, present)).toEqual({
    apiKey: 'another',
    short: 'abc',
  });
  expect(unmaskFields({ short: 'abc' }, null)).toEqual({ short: 'abc' });
});

it.each([
  [{ apiKey: 'sk-****zzzz' }, present],
  [{ other: '****' }, present],
  [{ apiKey: 'sk-****x4KR' }, null],
  [{ constructor: '****' }, present],
])('refuses a mask of something else: %j', (given, known) =>
  expect(() => unmaskFields(given, known)).toThrow(/whole secret/),
);
