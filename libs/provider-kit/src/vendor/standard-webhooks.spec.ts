import { verifyStandardWebhook } from './standard-webhooks';

/** Published with the specification of Standard Webhooks. */
const official = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
/** Published by Kling with its documentation. */
const kling = {
  secret: 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=',
  id: '9876543210',
  timestamp: '1781080794',
  body: '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}',
  signature: 'v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=',
};
const later = (seconds: number) => new Date((Number(official.timestamp) + seconds) * 1000);
const deliveryOf = (vector: typeof official) => ({
  rawBody: Buffer.from(vector.body),
  headers: {
    'webhook-id': vector.id,
    'webhook-timestamp': vector.timestamp,
    'webhook-signature': vector.signature,
  },
  secrets: [vector.secret],
  now: new Date(Number(vector.timestamp) * 1000),
});
const delivery = deliveryOf(official);
const verify = (more: Partial<Parameters<typeof verifyStandardWebhook>[0]>) =>
  verifyStandardWebhook({ ...delivery, ...more });
const withHeader = (name: string, value: string | undefined) => ({
  headers: { ...delivery.headers, [name]: value },
});

it.each([official, kling])('accepts the published vector $id', (vector) => {
  expect(verifyStandardWebhook(deliveryOf(vector))).toEqual({ kind: 'valid', id: vector.id });
});

it('takes any of several signatures, any of our secrets, and a clock that is 300 s off', () => {
  const valid = { kind: 'valid', id: official.id };
  const several = `v1a,bm90IHRoaXM= v1,bm90IHRoaXM= ${official.signature}`;
  expect(verify(withHeader('webhook-signature', several))).toEqual(valid);
  expect(verify({ secrets: ['whsec_bmV3', official.secret] })).toEqual(valid);
  expect(verify({ secrets: [official.secret.replace('whsec_', '')] })).toEqual(valid);
  expect(verify({ now: later(300) })).toEqual(valid);
  expect(verify({ now: later(-300) })).toEqual(valid);
});

it.each([
  ['another body', { rawBody: Buffer.from(official.body.replace('2', '3')) }],
  ['the same body written otherwise', { rawBody: Buffer.from('{"test":2432232314}') }],
  ['bytes that are no text', { rawBody: Buffer.from([0x7b, 0xff, 0x7d]) }],
  ['another id', withHeader('webhook-id', '1')],
  ['another timestamp', withHeader('webhook-timestamp', '1614265331')],
  ['another secret', { secrets: ['whsec_bmV3'] }],
  ['no secret at all', { secrets: [] }],
  ['an empty secret, by which anybody could sign', { secrets: ['whsec_'] }],
  ['a secret that is no base64', { secrets: ['whsec_***'] }],
  ['a missing header', withHeader('webhook-id', undefined)],
  ['a timestamp in words', withHeader('webhook-timestamp', 'now')],
  ['a signature without its version', withHeader('webhook-signature', official.signature.slice(3))],
  ['a signature of another version', withHeader('webhook-signature', official.signature.replace('v1', 'v2'))],
  ['an old one, played again', { now: later(301) }],
  ['one from the future', { now: later(-301) }],
])('refuses %s', (_what, more) => {
  expect(verify(more).kind).toBe('invalid');
});

it('tells an unsigned one from a forged one', () => {
  expect(verify({ headers: {} })).toEqual({ kind: 'unsigned' });
});
