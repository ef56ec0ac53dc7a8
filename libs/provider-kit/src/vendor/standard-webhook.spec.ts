import { signStandardWebhook, verifyStandardWebhook } from './standard-webhook';

/** Published by Kling with its documentation. */
const vector = {
  secret: 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=',
  id: '9876543210',
  timestamp: '1781080794',
  body: '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}',
  signature: 'UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=',
};
const rawBody = Buffer.from(vector.body);
const headers = {
  'webhook-id': vector.id,
  'webhook-timestamp': vector.timestamp,
  'webhook-signature': `v1,bm90IHRoaXM= v1,${vector.signature}`,
};
const now = new Date(Number(vector.timestamp) * 1000);
const verify = (more: Partial<Parameters<typeof verifyStandardWebhook>[0]>) =>
  verifyStandardWebhook({ rawBody, headers, secrets: [vector.secret], now, ...more });

it('computes the published signature', () => {
  expect(signStandardWebhook(vector.secret, vector.id, vector.timestamp, rawBody)).toBe(vector.signature);
});

it('takes any of several signatures, and any of our secrets', () => {
  expect(verify({})).toEqual({ kind: 'valid', id: vector.id });
  expect(verify({ secrets: ['whsec_bmV3', vector.secret] }).kind).toBe('valid');
});

it.each([
  ['another body', { rawBody: Buffer.from(vector.body.replace('succeeded', 'failed')) }],
  ['another id', { headers: { ...headers, 'webhook-id': '1' } }],
  ['another secret', { secrets: ['whsec_bmV3'] }],
  ['no secret at all', { secrets: [] }],
  ['a missing header', { headers: { ...headers, 'webhook-id': undefined } }],
  ['a timestamp in words', { headers: { ...headers, 'webhook-timestamp': 'now' } }],
  ['a signature of another version', { headers: { ...headers, 'webhook-signature': vector.signature } }],
  ['an old one, played again', { now: new Date(now.getTime() + 301_000) }],
  ['one from the future', { now: new Date(now.getTime() - 301_000) }],
])('refuses %s', (_what, more) => {
  expect(verify(more).kind).toBe('invalid');
});

it('tells an unsigned one from a forged one', () => {
  expect(verify({ headers: {} })).toEqual({ kind: 'unsigned' });
});
