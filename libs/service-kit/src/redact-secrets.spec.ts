import { CENSOR, redactSecrets } from './redact-secrets';

it('replaces secrets in objects, lists, errors and what makes its own JSON', () => {
  const error = Object.assign(new Error('x'), { config: { headers: { authorization: 's3cret' } } });
  const own = { toJSON: () => ({ token: 's3cret' }) };
  const clean = redactSecrets({ password: 's3cret', list: [{ apiKey: 's3cret', n: 1 }], error, own });
  expect(clean).toEqual({
    password: CENSOR,
    list: [{ apiKey: CENSOR, n: 1 }],
    error: { config: { headers: { authorization: CENSOR } } },
    own: { token: CENSOR },
  });
});

it('changes nothing that it was given, and copies nothing that holds no secret', () => {
  const given = { token: 's3cret', other: { a: 1, at: new Date(0), bytes: Buffer.from('x') } };
  const clean = redactSecrets(given);
  expect(given.token).toBe('s3cret');
  expect(clean.other).toBe(given.other);
  expect(redactSecrets(given.other)).toBe(given.other);
});

it('ends where an object holds itself', () => {
  const self: Record<string, unknown> = { token: 's3cret' };
  self['self'] = self;
  expect(redactSecrets(self)).toMatchObject({ token: CENSOR, self: { token: CENSOR } });
});
