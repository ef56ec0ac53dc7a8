import { textToVideoSchema } from '@shotloom/contracts';
import { invalidInput, unstorableText } from './validation';

const fieldsOf = (schema: typeof textToVideoSchema, value: unknown): unknown => {
  const { error } = schema.safeParse(value);
  return error && invalidInput(error.issues).fields;
};

describe('invalidInput', () => {
  it('lists every field with its reason', () => {
    expect(fieldsOf(textToVideoSchema, { duration: 'long', extra: 1, other: 2 })).toEqual(
      expect.arrayContaining([
        { field: 'prompt', reason: 'This field is required.' },
        { field: 'duration', reason: expect.stringContaining('number') as string },
        { field: 'extra', reason: expect.stringContaining('not known') as string },
        { field: 'other', reason: expect.stringContaining('not known') as string },
      ]),
    );
  });

  it('says what the schema says about a prompt that is too long', () => {
    expect(fieldsOf(textToVideoSchema, { prompt: 'x'.repeat(2001) })).toEqual([
      { field: 'prompt', reason: 'A prompt has at most 2,000 characters.' },
    ]);
  });

  it('speaks of the body where there is none', () => {
    expect(fieldsOf(textToVideoSchema, undefined)).toEqual([
      { field: 'body', reason: 'This field is required.' },
    ]);
  });

  it('names the one field in its message, and the many by name', () => {
    expect(invalidInput([{ path: ['limit'], message: 'Too big' }]).message).toBe('limit: Too big.');
    expect(
      invalidInput([
        { path: ['a'], message: 'x' },
        { path: [{ key: 'b' }], message: 'y' },
      ]).message,
    ).toBe('2 fields are not valid: a, b.');
  });
});

describe('text that cannot be kept', () => {
  it.each([
    ['a\u0000', ['']],
    [{ a: ['x', { b: '\ud800' }], c: 'fine \ud83d\ude00' }, ['a.1.b']],
    [{ metadata: { 'a\u0000': 1 } }, ['metadata']],
    [{ a: 1, b: null, c: true }, []],
  ])('is found wherever it is in %j', (value, places) => {
    expect(unstorableText(value, []).map(({ path }) => path?.map(String).join('.'))).toEqual(places);
  });
});
