import { newId } from '@shotloom/kernel';
import { call, problem, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';
import { WebhookDesk } from './webhook-desk';

jest.setTimeout(60_000);

const URL = 'https://hooks.example.com/one-job';
let gateway: GatewayFixture;
let desk: WebhookDesk;
let user: TestUser;
beforeAll(async () => {
  gateway = await startGateway();
  desk = new WebhookDesk(gateway.backstage);
});
beforeEach(async () => {
  gateway.backstage.reset();
  desk.watched.length = 0;
  user = await gateway.addUser();
});
afterAll(() => gateway.close());

const generate = (json: object, headers: Record<string, string> = {}) =>
  call(gateway, '/api/v1/generate/text-to-video', user, { json: { prompt: 'a boat', ...json }, headers });

it('is registered for every variant before the jobs are accepted', async () => {
  const { status } = await generate({ webhook_url: URL, variants: 2 });
  expect(status).toBe(202);
  const [accepted] = gateway.backstage.accepted;
  const { userId, accountId } = user;
  expect(desk.watched).toEqual([{ userId, accountId, jobIds: accepted?.jobIds, url: URL }]);
});

it('is no part of a request that does not name one, and is bound to its idempotency key', async () => {
  await generate({});
  expect(desk.watched).toEqual([]);
  const headers = { 'idempotency-key': newId() };
  await generate({ webhook_url: URL }, headers);
  await generate({ webhook_url: `${URL}/other` }, headers);
  const hashes = gateway.backstage.accepted.slice(-2).map(({ idempotency }) => idempotency?.bodyHash);
  expect(new Set(hashes).size).toBe(2);
});

it.each(['ftp://example.com/', 'nonsense', 7])('is refused where it is %s', async (url) => {
  const { body } = await generate({ webhook_url: url });
  expect(body).toMatchObject(problem(422, 'invalid_input', ['webhook_url']));
  expect(desk.watched).toEqual([]);
});

it('has a secret that its owner can read and change', async () => {
  const path = '/api/v1/webhooks/signing-secret';
  const read = await call(gateway, path, user);
  expect(read.body).toEqual({ secret: `whsec_${user.userId}`, old_secret_until: null });
  expect(read.headers.get('cache-control')).toBe('no-store');
  const rotated = await call(gateway, `${path}/rotate`, user, { method: 'POST' });
  expect(rotated.body).toEqual({ secret: `whsec_${user.userId}-2`, old_secret_until: null });
  const reader = await gateway.addUser(['read']);
  expect((await call(gateway, path, reader)).body).toMatchObject(problem(403, 'forbidden'));
});
