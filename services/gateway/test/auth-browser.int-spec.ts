import { call, problem, startGateway, type GatewayFixture } from './gateway-fixture';
import {
  addPerson,
  browse,
  Jar,
  ORIGIN,
  PAGE_HEADERS,
  PASSWORD,
  SIGNING_KEY,
  startSignIn,
} from './sign-in-fixture';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let close: () => Promise<void>;

const json = { email: 'ada@example.com', password: PASSWORD, transport: 'cookie' };
const login = async (jar = new Jar()): Promise<Jar> => {
  const answer = await browse(gateway, jar, '/api/v1/auth/login', { json });
  expect(answer.status).toBe(200);
  return jar;
};

beforeAll(async () => {
  ({ gateway, close } = await startSignIn({ CORS_ORIGINS: 'https://partner.example' }));
  await addPerson(gateway, json.email);
});
afterAll(() => close());

it('sets cookies that scripts, other sites and neighbouring hosts cannot reach, and puts no token into the answer', async () => {
  const jar = new Jar();
  const { body, headers } = await browse(gateway, jar, '/api/v1/auth/login', { json });
  expect(body).toEqual({
    user_id: expect.any(String) as string,
    session_id: expect.any(String) as string,
    role: 'user',
    expires_in: 600,
  });
  expect(headers.get('cache-control')).toBe('no-store');
  const facts = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' };
  expect([...jar.cookies.keys()]).toEqual(['__Host-shotloom-access', '__Host-shotloom-refresh']);
  for (const cookie of jar.cookies.values()) {
    expect(cookie).toMatchObject(facts);
    expect(cookie).not.toHaveProperty('domain');
  }
  expect(jar.cookies.get('__Host-shotloom-access')?.maxAge).toBe(600);
});

it('uses plain names without TLS, where the prefix would not be taken', async () => {
  const other = await startGateway({ AUTH_SIGNING_KEY: SIGNING_KEY, PUBLIC_URL: 'http://127.0.0.1:8080' });
  await addPerson(other, json.email);
  const answer = await call(other, '/api/v1/auth/login', null, {
    json,
    headers: { ...PAGE_HEADERS, origin: 'http://127.0.0.1:8080' },
  });
  const jar = new Jar();
  jar.take(answer);
  expect([...jar.cookies.keys()]).toEqual(['shotloom-access', 'shotloom-refresh']);
  expect(jar.cookies.get('shotloom-access')).not.toHaveProperty('secure', true);
  await other.close();
});

it('reads and changes things with cookies, refreshes silently and signs out', async () => {
  const jar = await login();
  expect((await browse(gateway, jar, '/api/v1/me')).body).toMatchObject({ method: 'session' });
  const renamed = await browse(gateway, jar, '/api/v1/me', {
    method: 'PATCH',
    json: { display_name: 'Ada' },
  });
  expect(renamed.status).toBe(200);
  const before = jar.header;
  jar.cookies.delete('__Host-shotloom-access');
  expect((await browse(gateway, jar, '/api/v1/me')).status).toBe(401);
  const refreshed = await browse(gateway, jar, '/api/v1/auth/refresh', { method: 'POST' });
  expect([refreshed.status, 'refresh_token' in refreshed.body]).toEqual([200, false]);
  expect(jar.header).not.toBe(before);
  expect((await browse(gateway, jar, '/api/v1/me')).status).toBe(200);
  const kept = jar.header;
  expect((await browse(gateway, jar, '/api/v1/auth/logout', { method: 'POST' })).status).toBe(204);
  expect(jar.cookies.size).toBe(0);
  expect((await call(gateway, '/api/v1/me', null, { headers: { cookie: kept } })).status).toBe(401);
});

it.each<[string, Record<string, string | undefined>]>([
  ['without our header', { 'x-shotloom-csrf': undefined }],
  ['from another site', { 'sec-fetch-site': 'cross-site' }],
  ['from a neighbouring host', { 'sec-fetch-site': 'same-site' }],
  ['from another origin', { origin: 'https://evil.example', 'sec-fetch-site': undefined }],
  ['from an origin that hides', { origin: 'null', 'sec-fetch-site': undefined }],
  ['from an origin that CORS lets read', { origin: 'https://partner.example' }],
  ['that does not say where from', { origin: undefined, 'sec-fetch-site': undefined }],
])('refuses a request with cookies %s', async (_, changed) => {
  const jar = await login();
  const headers = Object.fromEntries(
    Object.entries({ ...PAGE_HEADERS, ...changed, cookie: jar.header }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as Record<string, string>;
  const tries: [string, string, object | undefined][] = [
    ['PATCH', '/api/v1/me', { display_name: 'Eve' }],
    ['POST', '/api/v1/api-keys', { name: 'stolen' }],
    ['POST', '/api/v1/tickets', undefined],
    ['POST', '/api/v1/auth/refresh', {}],
    ['POST', '/api/v1/auth/logout', {}],
    ['POST', '/api/v1/auth/login', json],
  ];
  for (const [method, path, body] of tries) {
    const answer = await call(gateway, path, null, { method, headers, ...(body ? { json: body } : {}) });
    expect([path, answer.body]).toEqual([path, expect.objectContaining({ status: 403, code: 'forbidden' })]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  }
  expect((await browse(gateway, jar, '/api/v1/me')).status).toBe(200);
});

it('refuses a form, which a browser sends without asking', async () => {
  const jar = await login();
  const answer = await call(gateway, '/api/v1/auth/logout', null, {
    method: 'POST',
    body: 'refresh_token=x',
    headers: { ...PAGE_HEADERS, cookie: jar.header, 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(answer.status).toBe(415);
});

it('needs none of it with a bearer token, and lets no cookie help out a wrong one', async () => {
  const jar = await login();
  const user = await gateway.addUser();
  expect((await call(gateway, '/api/v1/tickets', user, { method: 'POST' })).status).toBe(201);
  const cookie = { cookie: jar.header };
  expect((await call(gateway, '/api/v1/me', { apiKey: 'sl_wrong' }, { headers: cookie })).status).toBe(401);
  const basic = await call(gateway, '/api/v1/me', null, {
    headers: { ...cookie, authorization: 'Basic eDp5' },
  });
  expect(basic.status).toBe(401);
});

it('takes no session from outside: a sign-in always makes a new one, and ends what was there', async () => {
  const attacker = await login();
  const fixed = new Jar();
  for (const cookie of attacker.cookies.values()) fixed.cookies.set(cookie.name, cookie);
  const planted = fixed.header;
  await login(fixed);
  expect(fixed.header).not.toBe(planted);
  expect((await call(gateway, '/api/v1/me', null, { headers: { cookie: planted } })).status).toBe(401);
});

it('takes no cookie of another name, and none as something else', async () => {
  const jar = await login();
  const access = jar.cookies.get('__Host-shotloom-access')?.value ?? '';
  const refresh = jar.cookies.get('__Host-shotloom-refresh')?.value ?? '';
  for (const cookie of [
    `shotloom-access=${access}`,
    `__Host-shotloom-access=${refresh}`,
    `__Secure-shotloom-access=${access}`,
    `__Host-shotloom-access=`,
    `;;;=;`,
  ]) {
    expect((await call(gateway, '/api/v1/me', null, { headers: { cookie } })).status).toBe(401);
  }
  const asToken = await call(gateway, '/api/v1/me', { apiKey: refresh });
  expect(asToken.body).toMatchObject(problem(401, 'unauthorized'));
});

it('lets no other site read with cookies: CORS gives no credentials', async () => {
  const jar = await login();
  const answer = await call(gateway, '/api/v1/me', null, {
    headers: { cookie: jar.header, origin: 'https://partner.example' },
  });
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  expect(ORIGIN).toBe('https://video.example');
});
