import { signatureHeaders } from './callback-sender';

it("signs as in the example of Kling's documentation", () => {
  const body =
    '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}';
  const secret = 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=';
  expect(signatureHeaders(secret, '9876543210', 1_781_080_794_151, body)).toEqual({
    'webhook-id': '9876543210',
    'webhook-timestamp': '1781080794',
    'webhook-signature': 'v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=',
  });
});

it('signs nothing without a secret', () => {
  expect(signatureHeaders(null, '1', 0, '{}')).toEqual({});
});
