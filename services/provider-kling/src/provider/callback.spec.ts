import { parseKlingCallback } from './callback';

/** The vendor's own example. */
const secret = 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=';
const body =
  '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}';
const headers = {
  'webhook-id': '9876543210',
  'webhook-timestamp': '1781080794',
  'webhook-signature': 'v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=',
};
const clock = { now: () => new Date(1_781_080_800_000) };
const parse = (
  fields: Record<string, string>,
  more: { body?: string; headers?: Record<string, string> } = {},
) =>
  parseKlingCallback(
    {
      rawBody: Buffer.from(more.body ?? body),
      headers: more.headers ?? headers,
      credential: { id: 'c', version: 1, fields },
    },
    clock,
  );

it("accepts the vendor's example, by the present or the previous secret", () => {
  const verified = { kind: 'verified', deliveryId: '9876543210', vendorTaskId: '1234567890' };
  expect(parse({ webhookSecret: secret })).toMatchObject(verified);
  expect(parse({ webhookSecret: 'whsec_bmV3', previousWebhookSecret: secret })).toMatchObject(verified);
});

it('refuses a forged one', () => {
  expect(parse({ webhookSecret: secret }, { body: body.replace('succeeded', 'failed') }).kind).toBe(
    'refused',
  );
});

it('takes an unsigned one, or one that it cannot check, for a hint and no more', () => {
  const hint = { kind: 'hint', vendorTaskId: '1234567890', externalTaskId: null };
  expect(parse({ webhookSecret: secret }, { headers: {} })).toEqual(hint);
  expect(parse({})).toEqual(hint);
});

it('refuses what is no task', () => {
  expect(parse({}, { body: 'nonsense' }).kind).toBe('refused');
  expect(parse({}, { body: '{"id":5}' }).kind).toBe('refused');
});
