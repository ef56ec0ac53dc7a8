import { waitFor } from '@shotloom/testing';
import { call, problem, type Answer, type GatewayFixture } from './gateway-fixture';
import { addPerson, signIn, startSignIn, type TestPerson } from './sign-in-fixture';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let close: () => Promise<void>;
let ada: TestPerson;
let access: { readonly apiKey: string };

const PATH = '/api/v1/api-keys';
type Who = { readonly apiKey: string };
const create = (who: Who, json: object, idempotencyKey?: string): Promise<Answer> =>
  call(gateway, PATH, who, {
    json,
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  });
const keyOf = ({ body }: Answer): Who => ({ apiKey: String(body['key']) });
const works = async (who: Who): Promise<boolean> => (await call(gateway, '/api/v1/me', who)).status === 200;

beforeAll(async () => {
  ({ gateway, close } = await startSignIn());
  ada = await addPerson(gateway, 'ada@example.com');
  ({ access } = await signIn(gateway, ada.email));
});
afterAll(() => close());

it('makes a key that is shown once, works at once, and is kept as a hash', async () => {
  const made = await create(access, { name: 'render farm', monthly_credit_limit: 500 });
  expect(made.status).toBe(201);
  expect(made.headers.get('cache-control')).toBe('no-store');
  expect(made.body).toMatchObject({
    name: 'render farm',
    scopes: ['generate', 'read'],
    monthly_credit_limit: 500,
  });
  expect(await works(keyOf(made))).toBe(true);
  const listed = await call(gateway, PATH, access);
  expect(listed.text).not.toContain(keyOf(made).apiKey);
  expect(listed.text).not.toContain('secret');
  const row = await gateway.database.sql
    .selectFrom('identity.api_keys')
    .selectAll()
    .where('id', '=', String(made.body['id']))
    .executeTakeFirstOrThrow();
  expect(row.monthly_credit_limit).not.toBeNull();
  expect(JSON.stringify(row)).not.toContain(keyOf(made).apiKey.split('_')[2]);
});

it('gives no scope that the creator does not have', async () => {
  const answer = await create(access, { name: 'more', scopes: ['read', 'admin'] });
  expect(answer.body).toMatchObject(problem(403, 'forbidden', ['scopes']));
  const boss = await addPerson(gateway, 'boss@example.com', { role: 'operator' });
  const session = await signIn(gateway, boss.email);
  const powerful = await create(session.access, { name: 'ops', scopes: ['read', 'admin'] });
  expect(powerful.status).toBe(201);
  // A key with admin makes keys, and none with what it lacks.
  expect((await create(keyOf(powerful), { name: 'x', scopes: ['read'] })).status).toBe(201);
  expect((await create(keyOf(powerful), { name: 'x', scopes: ['generate'] })).status).toBe(403);
  // The role is gone, and with it what the scope opened.
  await gateway.database.sql
    .updateTable('identity.users')
    .set({ role: 'user' })
    .where('id', '=', boss.userId)
    .execute();
  const refused = async () => (await create(keyOf(powerful), { name: 'y', scopes: ['read'] })).status === 403;
  await waitFor(refused, { what: 'the role to be gone', timeoutMs: 2_000 });
});

it('is not for keys: a key lists, makes, rotates and ends none', async () => {
  const made = await create(access, { name: 'plain' });
  const key = keyOf(made);
  const id = String(made.body['id']);
  for (const answer of [
    await call(gateway, PATH, key),
    await create(key, { name: 'child' }),
    await call(gateway, `${PATH}/${id}/rotate`, key, { json: {} }),
    await call(gateway, `${PATH}/${id}`, key, { method: 'DELETE' }),
  ]) {
    expect(answer.body).toMatchObject(problem(403, 'forbidden'));
  }
});

it('ends a key at once, for everybody, and nobody else’s', async () => {
  const made = await create(access, { name: 'to end' });
  const path = `${PATH}/${String(made.body['id'])}`;
  expect(await works(keyOf(made))).toBe(true);
  const eve = await addPerson(gateway, 'eve@example.com');
  const other = await signIn(gateway, eve.email);
  expect((await call(gateway, path, other.access, { method: 'DELETE' })).status).toBe(404);
  expect((await call(gateway, `${path}/rotate`, other.access, { json: {} })).status).toBe(404);
  expect((await call(gateway, PATH, other.access)).body['data']).toEqual([]);
  expect(await works(keyOf(made))).toBe(true);
  expect((await call(gateway, path, access, { method: 'DELETE' })).status).toBe(204);
  expect(await works(keyOf(made))).toBe(false);
  expect((await call(gateway, path, access, { method: 'DELETE' })).status).toBe(204);
  expect((await call(gateway, `${path}/rotate`, access, { json: {} })).status).toBe(409);
});

it('rotates: the new one keeps name, scopes, limit and root, the old one ends at once or after the overlap', async () => {
  const facts = { name: 'rotated', scopes: ['read'], monthly_credit_limit: 7 };
  const first = await create(access, facts);
  const path = (answer: Answer) => `${PATH}/${String(answer.body['id'])}/rotate`;
  const second = await call(gateway, path(first), access, { json: { overlap_seconds: 60 } });
  expect(second.body).toMatchObject({ ...facts, rotated_from: first.body['id'] });
  expect([await works(keyOf(first)), await works(keyOf(second))]).toEqual([true, true]);
  expect((await call(gateway, path(first), access, { json: {} })).status).toBe(409);
  const third = await call(gateway, path(second), access, { method: 'POST' });
  expect([await works(keyOf(second)), await works(keyOf(third))]).toEqual([false, true]);
  const row = await gateway.database.sql
    .selectFrom('identity.api_keys')
    .select('root_key_id')
    .where('id', '=', String(third.body['id']))
    .executeTakeFirst();
  expect(row?.root_key_id).toBe(first.body['id']);
});

it('honours an Idempotency-Key: the same key once, without its secret the second time', async () => {
  const [one, two] = await Promise.all([
    create(access, { name: 'once' }, 'idem-1'),
    create(access, { name: 'once' }, 'idem-1'),
  ]);
  const secrets = [one, two].filter(({ body }) => body['key'] !== undefined);
  expect([one.status, two.status, one.body['id'] === two.body['id'], secrets.length]).toEqual([
    201,
    201,
    true,
    1,
  ]);
  const replayed = await create(access, { name: 'once' }, 'idem-1');
  expect([replayed.headers.get('idempotency-replayed'), 'key' in replayed.body]).toEqual(['true', false]);
  expect((await create(access, { name: 'another' }, 'idem-1')).body).toMatchObject(problem(409, 'conflict'));
  expect((await create(access, { name: 'x' }, 'with space')).status).toBe(422);
  const eve = await signIn(gateway, 'eve@example.com');
  const hers = await create(eve.access, { name: 'once' }, 'idem-1');
  expect(hers.body['id']).not.toBe(one.body['id']);
});

it('pages through the list, newest first', async () => {
  const pat = await addPerson(gateway, 'pages@example.com');
  const session = await signIn(gateway, pat.email);
  for (const name of ['a', 'b', 'c']) await create(session.access, { name });
  const first = await call(gateway, `${PATH}?limit=2`, session.access);
  const names = (answer: Answer) => (answer.body['data'] as { name: string }[]).map(({ name }) => name);
  expect(names(first)).toEqual(['c', 'b']);
  const second = await call(
    gateway,
    `${PATH}?limit=2&cursor=${String(first.body['next_cursor'])}`,
    session.access,
  );
  expect([names(second), second.body['next_cursor']]).toEqual([['a'], null]);
  expect((await call(gateway, `${PATH}?cursor=x`, session.access)).status).toBe(422);
});

it.each([
  [{ name: '' }, 'name'],
  [{ name: 'a\u0000b' }, 'name'],
  [{ name: 'x', scopes: [] }, 'scopes'],
  [{ name: 'x', scopes: ['everything'] }, 'scopes.0'],
  [{ name: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  [{ name: 'x', monthly_credit_limit: -1 }, 'monthly_credit_limit'],
  [{ name: 'x', owner_user_id: 'somebody' }, 'owner_user_id'],
])('refuses %j and names the field', async (json, field) => {
  expect((await create(access, json)).body).toMatchObject(problem(422, 'invalid_input', [field]));
});

it('notes on a ticket the key that it was made with', async () => {
  const made = await create(access, { name: 'tickets', scopes: ['read'] });
  await call(gateway, '/api/v1/tickets', keyOf(made), { method: 'POST' });
  const rows = await gateway.database.sql.selectFrom('identity.tickets').select('key_id').execute();
  expect(rows).toEqual([{ key_id: made.body['id'] }]);
});

it('writes down who made, rotated and ended a key', async () => {
  const entries = await gateway.database.sql
    .selectFrom('identity.audit_log')
    .select('action')
    .where('actor_user_id', '=', ada.userId)
    .where('target_type', '=', 'api_key')
    .execute();
  const actions = new Set(entries.map(({ action }) => action));
  expect(actions).toEqual(new Set(['api_key.created', 'api_key.rotated', 'api_key.revoked']));
});
