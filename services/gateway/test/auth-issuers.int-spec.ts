import { call, problem, type Answer, type GatewayFixture } from './gateway-fixture';
import { ISSUER_CLIENT, startIssuer, type Issuer, type IssuerPerson } from './oidc-issuer';
import { addPerson, browse, Jar, ORIGIN, startSignIn, type MailSink } from './sign-in-fixture';

jest.setTimeout(60_000);

let issuer: Issuer;
let gateway: GatewayFixture;
let sink: MailSink;
let close: () => Promise<void>;

beforeAll(async () => {
  issuer = await startIssuer();
  issuer.serve(ORIGIN);
  const client = { ...ISSUER_CLIENT, ISSUER: issuer.url };
  const env = (name: string) =>
    Object.fromEntries(Object.entries(client).map(([key, value]) => [`OIDC_${name}_${key}`, value]));
  ({ gateway, sink, close } = await startSignIn({
    ...env('GOOGLE'),
    ...env('ACME'),
    OIDC_ACME_TITLE: 'Acme',
    CORS_ORIGINS: 'https://partner.example',
  }));
});
beforeEach(() => gateway.database.sql.deleteFrom('identity.throttles').execute());
afterAll(async () => {
  await close();
  await issuer.close();
});

const get = (jar: Jar, path: string): Promise<Answer> =>
  browse(gateway, jar, path, { headers: { 'sec-fetch-site': 'cross-site', origin: ORIGIN } });

/** Goes to the issuer and signs in there as `subject`; gives the address that it sends the browser back to. */
async function away(jar: Jar, subject: string | null, start = '/api/v1/auth/oidc/acme'): Promise<string> {
  issuer.next = subject;
  const started = await get(jar, start);
  expect(started.status).toBe(302);
  const { pathname, search } = await issuer.visit(started.headers.get('location') ?? '');
  return pathname + search;
}

async function signInAs(subject: string, start?: string): Promise<{ jar: Jar; landed: string | null }> {
  const jar = new Jar();
  const back = await get(jar, await away(jar, subject, start));
  expect(back.status).toBe(302);
  return { jar, landed: back.headers.get('location') };
}

const me = (jar: Jar) => browse(gateway, jar, '/api/v1/me');

it('offers what is configured', async () => {
  const { body } = await call(gateway, '/api/v1/auth/methods', null);
  expect(body['issuers']).toEqual([
    { name: 'google', title: 'Google', start_url: '/api/v1/auth/google' },
    { name: 'acme', title: 'Acme', start_url: '/api/v1/auth/oidc/acme' },
  ]);
  expect((await call(gateway, '/api/v1/auth/oidc/nobody', null)).status).toBe(404);
});

it('sends code, PKCE, state and nonce, binds the browser, and makes the account of a new person', async () => {
  issuer.people.set('new', { email: 'new@example.com', email_verified: true, name: 'New Person' });
  const started = await get(new Jar(), '/api/v1/auth/oidc/acme');
  const query = new URL(started.headers.get('location') ?? '').searchParams;
  expect(Object.fromEntries(query)).toMatchObject({
    response_type: 'code',
    client_id: 'shotloom',
    redirect_uri: `${ORIGIN}/api/v1/auth/oidc/acme/callback`,
    code_challenge_method: 'S256',
    code_challenge: expect.any(String) as string,
    state: expect.any(String) as string,
    nonce: expect.any(String) as string,
  });
  expect(started.headers.getSetCookie()[0]).toMatch(
    /^__Host-shotloom-sign-in=[^;]{43}; .*HttpOnly; Secure; SameSite=Lax/,
  );
  const { jar, landed } = await signInAs('new', '/api/v1/auth/oidc/acme?return_to=/library%3Fa=1');
  expect(landed).toBe('/library?a=1');
  expect((await me(jar)).body).toMatchObject({
    email: 'new@example.com',
    display_name: 'New Person',
    email_verified: true,
    method: 'session',
    role: 'user',
  });
  const again = await signInAs('new');
  expect((await me(again.jar)).body['user_id']).toBe((await me(jar)).body['user_id']);
});

it('signs in with Google at its own address', async () => {
  issuer.people.set('g', { email: 'someone@gmail.com', email_verified: true });
  const { jar, landed } = await signInAs('g', '/api/v1/auth/google');
  expect(landed).toBe('/');
  expect((await me(jar)).body).toMatchObject({ email: 'someone@gmail.com' });
});

it('links an account whose address both sides have verified, writes it down and tells its owner', async () => {
  const person = await addPerson(gateway, 'both@example.com');
  issuer.people.set('both', { email: 'Both@Example.com', email_verified: true });
  const { jar } = await signInAs('both');
  expect((await me(jar)).body['user_id']).toBe(person.userId);
  expect((await sink.mailTo(person.email)).text).toContain('Acme');
  const audit = await gateway.database.sql
    .selectFrom('identity.audit_log')
    .select(['details', 'actor_user_id'])
    .where('action', '=', 'identity.linked')
    .where('target_id', '=', person.userId)
    .execute();
  expect(audit).toEqual([{ details: { issuer: issuer.url }, actor_user_id: person.userId }]);
});

it.each<[string, string, IssuerPerson, string]>([
  ['unproven', 'email_unverified', { email: 'unproven@example.com', email_verified: false }, 'oidc/acme'],
  ['silent', 'email_unverified', { email: 'silent@example.com' }, 'oidc/acme'],
  ['nameless', 'email_unverified', { email_verified: true }, 'oidc/acme'],
  ['broken', 'email_unverified', { email: "x' or '1'='1", email_verified: true }, 'oidc/acme'],
  ['squat', 'account_unverified', { email: 'squatted@example.com', email_verified: true }, 'oidc/acme'],
  ['old', 'not_linkable', { email: 'mine@old-company.example', email_verified: true }, 'google'],
])('refuses %s with %s, and makes and opens nothing', async (subject, error, person, path) => {
  if (subject === 'squat') await addPerson(gateway, 'squatted@example.com', { verified: false });
  if (subject === 'old') await addPerson(gateway, 'mine@old-company.example');
  issuer.people.set(subject, person);
  const before = await gateway.database.sql.selectFrom('identity.users').select('id').execute();
  const { jar, landed } = await signInAs(subject, `/api/v1/auth/${path}`);
  expect(landed).toBe(`/sign-in?error=${error}`);
  expect(jar.cookies.size).toBe(0);
  const after = await gateway.database.sql.selectFrom('identity.users').select('id').execute();
  expect(after).toHaveLength(before.length);
});

it('goes by the subject and not by the address, once it is linked', async () => {
  issuer.people.set('moved', { email: 'moved@example.com', email_verified: true });
  const first = await me((await signInAs('moved')).jar);
  issuer.people.set('moved', { email: 'both@example.com', email_verified: true });
  const second = await me((await signInAs('moved')).jar);
  expect(second.body).toMatchObject({ user_id: first.body['user_id'], email: 'moved@example.com' });
});

describe('the way back', () => {
  const error = async (jar: Jar, path: string) => (await get(jar, path)).headers.get('location');

  it('is good once', async () => {
    issuer.people.set('once', { email: 'once@example.com', email_verified: true });
    const jar = new Jar();
    const back = await away(jar, 'once');
    const [name, value] = [...jar.cookies.entries()][0] ?? [];
    expect((await get(jar, back)).headers.get('location')).toBe('/');
    const replay = new Jar();
    if (name && value) replay.cookies.set(name, value);
    expect(await error(replay, back)).toBe('/sign-in?error=expired');
  });

  it('is good for the browser that began, and for no other: nobody is signed in as somebody else', async () => {
    issuer.people.set('attacker', { email: 'attacker@example.com', email_verified: true });
    const attacker = new Jar();
    const back = await away(attacker, 'attacker');
    expect(await error(new Jar(), back)).toBe('/sign-in?error=expired');
    const victim = new Jar();
    await get(victim, '/api/v1/auth/oidc/acme');
    expect(await error(victim, back)).toBe('/sign-in?error=expired');
    expect((await get(attacker, back)).headers.get('location')).toBe('/');
  });

  it('is not good for another issuer, without a state, with a made-up one, or after ten minutes', async () => {
    issuer.people.set('mix', { email: 'mix@example.com', email_verified: true });
    const jar = new Jar();
    const back = await away(jar, 'mix');
    expect(await error(jar, back.replace('oidc/acme', 'google'))).toBe('/sign-in?error=expired');
    const kept = new Jar();
    const again = await away(kept, 'mix');
    const stateless = again.replace(/state=[^&]+/, 'state=');
    for (const path of [stateless, again.replace(/state=[^&]+/, `state=${'A'.repeat(43)}`)]) {
      const copy = new Jar();
      for (const cookie of kept.cookies.values()) copy.cookies.set(cookie.name, cookie);
      expect(await error(copy, path)).toBe('/sign-in?error=expired');
    }
    const rows = await gateway.database.sql.deleteFrom('identity.sign_in_flows').returningAll().execute();
    for (const row of rows) {
      await gateway.database.sql
        .insertInto('identity.sign_in_flows')
        .values({ ...row, expires_at: new Date(Date.now() - 1_000) })
        .execute();
    }
    expect(await error(kept, again)).toBe('/sign-in?error=expired');
  });

  it('fails with a nonce or a verifier that is not the one that was sent', async () => {
    issuer.people.set('nonce', { email: 'nonce@example.com', email_verified: true });
    for (const changed of [{ nonce: 'another' }, { code_verifier: 'B'.repeat(43) }]) {
      const jar = new Jar();
      const back = await away(jar, 'nonce');
      const rows = await gateway.database.sql.deleteFrom('identity.sign_in_flows').returningAll().execute();
      for (const row of rows) {
        await gateway.database.sql
          .insertInto('identity.sign_in_flows')
          .values({ ...row, ...changed })
          .execute();
      }
      expect(await error(jar, back)).toBe('/sign-in?error=failed');
    }
  });

  it('takes no code that was made for another browser: a stolen one opens nothing', async () => {
    issuer.people.set('victim', { email: 'victim@example.com', email_verified: true });
    issuer.people.set('thief', { email: 'thief@example.com', email_verified: true });
    const [victim, thief] = [new Jar(), new Jar()];
    const code = new URLSearchParams((await away(victim, 'victim')).split('?')[1]).get('code') ?? '';
    const back = await away(thief, 'thief');
    expect(code).not.toBe('');
    const stolen = back.replace(/code=[^&]+/, `code=${encodeURIComponent(code)}`);
    expect(await error(thief, stolen)).toBe('/sign-in?error=failed');
    expect([...thief.cookies.keys()].filter((name) => name.includes('access'))).toEqual([]);
  });

  it('says that somebody changed their mind, or that the code is no code', async () => {
    expect(await error(...(await refusedTrip()))).toBe('/sign-in?error=refused');
    issuer.people.set('code', { email: 'code@example.com', email_verified: true });
    const jar = new Jar();
    const back = await away(jar, 'code');
    expect(await error(jar, back.replace(/code=[^&]+/, 'code=made-up'))).toBe('/sign-in?error=failed');
  });

  const refusedTrip = async (): Promise<[Jar, string]> => {
    const jar = new Jar();
    return [jar, await away(jar, null)];
  };
});

describe('return_to', () => {
  const start = (to: string) =>
    call(gateway, `/api/v1/auth/oidc/acme?return_to=${encodeURIComponent(to)}`, null);

  it.each(['/', '/create?a=b#c', 'https://partner.example/back', `${ORIGIN}/library`])(
    'may be %s',
    async (to) => {
      expect((await start(to)).status).toBe(302);
    },
  );

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/..//evil.example',
    '/%09/evil.example'.replace('%09', '\t'),
    'javascript:alert(1)',
    'data:text/html,x',
    'https://partner.example@evil.example/',
    'https://partner.example.evil.example/',
    'http://partner.example/',
    `${ORIGIN}.evil.example`,
    'evil.example',
    '',
    ' /x',
    '/x\r\nset-cookie: a=b',
  ])('may not be %j', async (to) => {
    expect((await start(to)).body).toMatchObject(problem(422, 'invalid_input', ['return_to']));
  });
});
