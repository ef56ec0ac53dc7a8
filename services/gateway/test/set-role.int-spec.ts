import { seedDemoAdmin } from '../src/identity/demo-admin';
import { setRole } from '../src/identity/set-role';
import { call, type GatewayFixture } from './gateway-fixture';
import { addPerson, startSignIn } from './sign-in-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ gateway, close } = await startSignIn());
});
afterAll(() => close());

it('gives somebody a role, writes it down once, and knows nobody by a wrong address', async () => {
  const { userId } = await addPerson(gateway, 'ada@example.com');
  const change = await setRole(gateway.database, 'ADA@example.com', 'admin');
  expect(change).toEqual({ userId, email: 'ada@example.com', from: 'user', to: 'admin' });
  await setRole(gateway.database, 'ada@example.com', 'admin');
  const entries = await gateway.database.sql
    .selectFrom('identity.audit_log')
    .select(['details', 'actor_user_id'])
    .where('action', '=', 'user.role_changed')
    .execute();
  expect(entries).toEqual([{ details: { from: 'user', to: 'admin' }, actor_user_id: null }]);
  await expect(setRole(gateway.database, 'nobody@example.com', 'admin')).rejects.toMatchObject({
    code: 'not_found',
  });
});

it('makes a demo admin who can sign in, and again changes nothing but the password', async () => {
  const login = (email: string, password: string) =>
    call(gateway, '/api/v1/auth/login', null, { json: { email, password } });
  const { email } = await seedDemoAdmin(gateway.database, 'the first password');
  await seedDemoAdmin(gateway.database, 'the first password');
  expect((await login(email, 'the first password')).body).toMatchObject({ role: 'admin' });
  await seedDemoAdmin(gateway.database, 'another password');
  expect((await login(email, 'the first password')).status).toBe(401);
  expect((await login(email, 'another password')).status).toBe(200);
});
