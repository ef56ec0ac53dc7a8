import { callbackHeaders } from './callback-headers';

it('passes on what may be part of a signature, and nothing else', () => {
  expect(
    callbackHeaders({
      'content-type': 'application/json',
      'webhook-id': 'm1',
      'webhook-signature': 'v1,abc',
      'x-kling-timestamp': '5',
      authorization: 'Bearer sl_key',
      cookie: 'a=b',
      host: 'video.example',
      'x-api-key': 'sl_key',
      'x-forwarded-for': '10.0.0.1',
      'x-real-ip': '10.0.0.1',
      'x-request-id': 'r',
      'content-length': '5',
    }),
  ).toEqual({
    'content-type': 'application/json',
    'webhook-id': 'm1',
    'webhook-signature': 'v1,abc',
    'x-kling-timestamp': '5',
  });
});

it('passes on no more than is needed', () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`x-${index}`, 'a']));
  expect(Object.keys(callbackHeaders(many))).toHaveLength(32);
  expect(callbackHeaders({ 'x-long': 'a'.repeat(2_048), 'x-short': 'a' })).toEqual({ 'x-short': 'a' });
});
