import { Webhook } from 'standardwebhooks';
import { verifyWebhook } from '.';

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const OTHER = `whsec_${Buffer.from('another secret of thirty two byt').toString('base64')}`;
const event = {
  type: 'job.completed',
  timestamp: '2026-11-27T00:00:00Z',
  data: { sequence: 3, note: '猫 ü' },
};
const body = JSON.stringify(event);

/** As the official package signs. */
function call(secret = SECRET, at = new Date(), text = body): Record<string, string> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('evt_1', at, text),
  };
}
const refused = { code: 'unauthorized', status: 401 };

it('takes what the official package has signed, however the headers come', async () => {
  const headers = call();
  expect(await verifyWebhook({ body, headers, secret: SECRET })).toEqual(event);
  expect(await verifyWebhook({ body, headers: new Headers(headers), secret: SECRET })).toEqual(event);
  const shouted = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]),
  );
  expect(await verifyWebhook({ body, headers: shouted, secret: SECRET })).toEqual(event);
});

it('takes either secret while one is being changed, and either signature', async () => {
  expect(await verifyWebhook({ body, headers: call(OTHER), secret: [SECRET, OTHER] })).toEqual(event);
  const headers = call();
  const both = `v1a,xxxx ${call(OTHER)['webhook-signature']} ${headers['webhook-signature']}`;
  expect(
    await verifyWebhook({ body, headers: { ...headers, 'webhook-signature': both }, secret: SECRET }),
  ).toEqual(event);
});

it.each<[string, Partial<Parameters<typeof verifyWebhook>[0]>]>([
  ['another body', { body: body.replace('3', '4') }],
  ['another secret', { secret: OTHER }],
  ['another id', { headers: { ...call(), 'webhook-id': 'evt_2' } }],
  [
    'another time',
    { headers: { ...call(), 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 5) } },
  ],
  ['a time that is none', { headers: { ...call(), 'webhook-timestamp': 'soon' } }],
  ['an old call', { headers: call(SECRET, new Date(Date.now() - 301_000)) }],
  ['a call of the future', { headers: call(SECRET, new Date(Date.now() + 303_000)) }],
  ['no headers', { headers: {} }],
  ['no signature', { headers: { ...call(), 'webhook-signature': 'v1,' } }],
  ['a signature that is no base64', { headers: { ...call(), 'webhook-signature': 'v1,***' } }],
])('refuses %s, as the official package does', async (_what, change) => {
  const options = { body, headers: call(), secret: SECRET, ...change };
  await expect(verifyWebhook(options)).rejects.toMatchObject(refused);
  const official = () =>
    new Webhook(options.secret as string).verify(options.body, options.headers as Record<string, string>);
  expect(official).toThrow();
});

it('says where the secret itself is nonsense', async () => {
  await expect(verifyWebhook({ body, headers: call(), secret: '' })).rejects.toThrow(TypeError);
});
