import { randomBytes } from 'node:crypto';
import { resolveUncertainSchema, type Principal } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { documentedRoutes, isOpenAi, pathOf, saidBy, type DocumentedRoute } from './documented-routes';
import { EngineRoom } from './engine-room';
import { call, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';
import { addPerson, browse, Jar, ORIGIN, PASSWORD, SIGNING_KEY } from './sign-in-fixture';

/** Attacks that are the same for every route of the document: a new route is attacked too. */
jest.setTimeout(60_000);

type Scope = Principal['scopes'][number];
const SCOPES: readonly Scope[] = ['generate', 'read', 'admin'];

let gateway: GatewayFixture;
let routes: readonly DocumentedRoute[];
beforeAll(async () => {
  gateway = await startGateway({
    AUTH_SIGNING_KEY: SIGNING_KEY,
    CREDENTIALS_KEY: randomBytes(32).toString('base64'),
    PROVIDERS_ENABLED: 'animatic,kling',
    STRANGER_REQUESTS_PER_SECOND: '1000',
  });
  new EngineRoom(gateway.backstage);
  await gateway.database.sql
    .updateTable('identity.plans')
    .set({ unlimited: true })
    .where('is_default', '=', true)
    .execute();
  routes = await documentedRoutes(gateway);
});
afterAll(() => gateway.close());

const changing = (): DocumentedRoute[] => routes.filter(({ method }) => method !== 'GET');
const somewhere = (route: DocumentedRoute): string =>
  pathOf(route, Object.fromEntries(route.params.map((name) => [name, newId()])));
const send = (route: DocumentedRoute, by: Pick<TestUser, 'apiKey'> | null) =>
  call(gateway, somewhere(route), by, {
    method: route.method,
    ...(route.example ? { json: route.example } : {}),
  });

describe('scopes of API keys', () => {
  it('stand in the document for every route that needs a credential', () => {
    const nameless = routes.filter(({ isPublic, scope }) => !isPublic && !SCOPES.includes(scope as Scope));
    expect(nameless).toEqual([]);
    const admins = routes.filter(({ path }) => path.startsWith('/api/v1/admin/'));
    expect(admins.filter(({ scope, role }) => scope !== 'admin' || role === undefined)).toEqual([]);
    expect(admins.length).toBeGreaterThan(40);
  });

  it('are asked for by every route, whoever holds the key and whatever else it may', async () => {
    for (const scope of SCOPES) {
      const others = SCOPES.filter((other) => other !== scope);
      const key = await gateway.addUser(others, 'admin');
      for (const route of routes.filter((candidate) => candidate.scope === scope && !candidate.isPublic)) {
        const answer = await send(route, key);
        expect([route.id, answer.status, saidBy(answer)]).toEqual([
          route.id,
          403,
          expect.stringContaining(`the scope ${scope};`),
        ]);
      }
    }
  });

  it('to read change nothing: what a key may change needs another', async () => {
    const reader = await gateway.addUser(['read']);
    // A ticket may do no more than read, and a quote writes nothing.
    const harmless = ['createTicket', 'quote', 'quoteBatch'];
    const open: string[] = [];
    for (const route of changing().filter(({ isPublic }) => !isPublic)) {
      if ((await send(route, reader)).status !== 403) open.push(route.id);
    }
    expect(open.sort()).toEqual(harmless);
  });
});

describe('forged requests of a browser that is signed in', () => {
  const json = { email: 'admin@example.com', password: PASSWORD, transport: 'cookie' };
  /** They take no cookie: what they do needs what is in the body. */
  const withoutCookies = ['register', 'resendVerification', 'forgotPassword', 'resetPassword'];

  it('are refused by every route that changes something', async () => {
    await addPerson(gateway, json.email, { role: 'admin' });
    const jar = new Jar();
    expect((await browse(gateway, jar, '/api/v1/auth/login', { json })).status).toBe(200);
    const cookie = jar.header;
    const forgeries: Record<string, string>[] = [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { 'x-shotloom-csrf': '1', origin: 'null' },
      { origin: ORIGIN, 'sec-fetch-site': 'same-origin' },
    ];
    const attacked = changing().filter(({ id }) => !withoutCookies.includes(id));
    expect(attacked.length).toBeGreaterThan(50);
    for (const route of attacked) {
      const body = route.example && 'email' in route.example ? json : (route.example ?? undefined);
      const asked = route.id === 'verifyEmail' ? { ...route.example, transport: 'cookie' } : body;
      const emptied = route.id === 'refreshSession' || route.id === 'logout' ? {} : asked;
      for (const headers of forgeries) {
        const answer = await call(gateway, somewhere(route), null, {
          method: route.method,
          headers: { ...headers, cookie },
          ...(emptied ? { json: emptied } : {}),
        });
        expect([route.id, answer.status, saidBy(answer)]).toEqual([
          route.id,
          403,
          expect.stringMatching(/^This request is refused/),
        ]);
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
    }
    expect((await browse(gateway, jar, '/api/v1/me')).status).toBe(200);
  });
});

describe('fields that nobody may set', () => {
  const STOLEN = {
    owner_user_id: newId(),
    ownerUserId: newId(),
    user_id: newId(),
    account_id: newId(),
    is_admin: true,
    credits_captured: 0,
    email_verified_at: '2026-01-01T00:00:00Z',
    unlimited_credits: true,
  };
  let admin: TestUser;
  beforeAll(async () => {
    admin = await gateway.addUser(['generate', 'read', 'admin'], 'admin');
  });
  const bodies = (): DocumentedRoute[] => routes.filter(({ example }) => example !== undefined);
  const post = (route: DocumentedRoute, text: string) =>
    call(gateway, somewhere(route), route.isPublic ? null : admin, {
      method: route.method,
      body: text,
      headers: { 'content-type': 'application/json' },
    });

  it('are refused by name in every body', async () => {
    expect(bodies().length).toBeGreaterThan(30);
    for (const route of bodies()) {
      const answer = await post(route, JSON.stringify({ ...route.example, ...STOLEN }));
      const { status, body } = answer;
      if (isOpenAi(route)) {
        expect([route.id, status, Object.keys(STOLEN)]).toEqual([
          route.id,
          400,
          expect.arrayContaining([(body['error'] as { param: unknown }).param]),
        ]);
        continue;
      }
      const fields = (body['errors'] as { field: string }[] | undefined)?.map(({ field }) => field) ?? [];
      expect([route.id, status, fields]).toEqual([
        route.id,
        422,
        expect.arrayContaining(Object.keys(STOLEN)),
      ]);
    }
  });

  it('are refused in every object within a body', async () => {
    for (const route of bodies()) {
      for (const [name, value] of Object.entries(route.example ?? {})) {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
        const nested = { ...route.example, [name]: { ...value, owner_user_id: newId() } };
        // This one is also a message between services, whose fields may grow: what is not known is dropped.
        if (route.id === 'resolveUncertain') {
          expect(resolveUncertainSchema.parse(nested)).toEqual(route.example);
          continue;
        }
        const { status } = await post(route, JSON.stringify(nested));
        expect([route.id, name, [400, 404, 409, 422].includes(status) ? 'refused' : status]).toEqual([
          route.id,
          name,
          'refused',
        ]);
      }
    }
  });

  it('are no prototype either', async () => {
    for (const route of bodies()) {
      for (const poison of ['"__proto__":{"role":"admin"}', '"constructor":{"prototype":{"role":"admin"}}']) {
        const { status } = await post(route, `{${poison},${JSON.stringify(route.example).slice(1)}`);
        expect([route.id, status]).toEqual([route.id, 400]);
      }
    }
    expect(({} as Record<string, unknown>)['role']).toBeUndefined();
  });

  it('are not taken from a query: nobody reads as somebody else', async () => {
    const victim = await gateway.addUser();
    const asVictim = `user_id=${victim.userId}&owner_user_id=${victim.userId}&account_id=${victim.accountId}`;
    const reads = routes.filter(
      ({ method, isPublic, params }) => method === 'GET' && !isPublic && params.length === 0,
    );
    const user = await gateway.addUser();
    for (const route of reads.filter(({ scope }) => scope !== 'admin')) {
      const [plain, pretending] = [
        await call(gateway, route.path, user),
        await call(gateway, `${route.path}?${asVictim}`, user),
      ];
      if ([400, 422].includes(pretending.status)) continue;
      expect([route.id, pretending.body]).toEqual([route.id, plain.body]);
    }
  });

  it('are not taken from a form', async () => {
    const user = await gateway.addUser();
    const form = new FormData();
    for (const [name, value] of Object.entries(STOLEN)) form.set(name, String(value));
    const jpeg = Buffer.concat([
      Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
      Buffer.alloc(99),
    ]);
    form.set('file', new Blob([new Uint8Array(jpeg)]), 'a.jpg');
    const { status, body } = await call(gateway, '/api/v1/upload', user, { method: 'POST', body: form });
    expect(status).toBe(201);
    expect(gateway.backstage.assets.get(String(body['asset_id']))).toMatchObject({
      ownerUserId: user.userId,
      accountId: user.accountId,
    });
  });
});
