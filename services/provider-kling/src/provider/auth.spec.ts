import { authOf, KlingTokens, mintToken } from './auth';

const credential = (fields: Record<string, string>) => ({ id: 'c', version: 1, fields });

it('mints the token of the test vector', () => {
  expect(mintToken('AK_TEST', 'SK_TEST', 1_800_000_000)).toBe(
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJBS19URVNUIiwiZXhwIjoxODAwMDAxODAwLCJuYmYiOjE3OTk5OTk5OTV9.4nfy5st3b3vKBwZqNIWsLJzsj9jr6iQtxl1M0tdoBZg',
  );
});

it('prefers an API key, and says what is missing', () => {
  expect(authOf(credential({ apiKey: 'k', accessKey: 'a', secretKey: 's' }))).toEqual({
    kind: 'apiKey',
    apiKey: 'k',
  });
  expect(() => authOf(credential({ accessKey: 'a' }))).toThrow('access key together with its secret key');
});

it('keeps a token while it is fresh, for one pair of keys only', () => {
  let now = 1_800_000_000_000;
  const tokens = new KlingTokens({ now: () => new Date(now) });
  const pair = { kind: 'keyPair', accessKey: 'a', secretKey: 's' } as const;
  const first = tokens.bearer(pair);
  now += 1_499_000;
  expect(tokens.bearer(pair)).toBe(first);
  expect(tokens.bearer({ ...pair, secretKey: 't' })).not.toBe(first);
  now += 2_000;
  const second = tokens.bearer(pair);
  expect(second).not.toBe(first);
  now += 1_000;
  tokens.forget(pair);
  expect(tokens.bearer(pair)).not.toBe(second);
});
