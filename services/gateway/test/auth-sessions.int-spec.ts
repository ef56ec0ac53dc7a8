import { createHmac, randomBytes } from 'node:crypto';
import { decodeProtectedHeader, exportJWK, SignJWT, UnsecuredJWT } from 'jose';
import { sql as raw } from 'kysely';
import { identityRevokedV1, subjects, verifyCredentialRpc } from '@shotloom/contracts';
import { connectBus } from '@shotloom/bus';
import { silentLogger, waitFor } from '@shotloom/testing';
import { readSigningKeys } from '../src/auth/signing-keys';
import { call, problem, type GatewayFixture } from './gateway-fixture';
import {
  addPerson,
  ORIGIN,
  PASSWORD,
  SIGNING_KEY,
  signIn,
  startSignIn,
  tokensOf,
  type TestPerson,
} from './sign-in-fixture';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let close: () => Promise<void>;
let ada: TestPerson;

const me = (token: string) => call(gateway, '/api/v1/me', { apiKey: token });
const refresh = (token: string, agent = 'test') =>
  call(gateway, '/api/v1/auth/refresh', null, {
    json: { refresh_token: token },
    headers: { 'user-agent': agent },
  });

beforeAll(async () => {
  ({ gateway, close } = await startSignIn());
  ada = await addPerson(gateway, 'ada@example.com');
});
afterAll(() => close());

describe('access tokens', () => {
  const keys = readSigningKeys(SIGNING_KEY, undefined);
  const claims = async () => {
    const { sessionId } = await signIn(gateway, ada.email);
    const token = (header: object, key = keys.current.privateKey, more: Record<string, unknown> = {}) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        sid: sessionId,
        sub: ada.userId,
        iss: ORIGIN,
        aud: 'shotloom-api',
        iat: now,
        exp: now + 60,
        ...more,
      })
        .setProtectedHeader({ alg: 'EdDSA', kid: keys.current.id, typ: 'at+jwt', ...header })
        .sign(key);
    };
    return { sessionId, token };
  };

  it('open the API for who signed in', async () => {
    const { access } = await signIn(gateway, ada.email);
    const { status, body } = await me(access.apiKey);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user_id: ada.userId,
      method: 'session',
      scopes: ['generate', 'read'],
      plan_id: 'standard',
      email_verified: true,
    });
    expect(decodeProtectedHeader(access.apiKey)).toEqual({
      alg: 'EdDSA',
      kid: keys.current.id,
      typ: 'at+jwt',
    });
  });

  it('are accepted when made by hand with the very same facts: what follows fails for its own reason', async () => {
    const { token } = await claims();
    expect((await me(await token({}))).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>]>([
    ['expired', { exp: Math.floor(Date.now() / 1000) - 60 }],
    ['for another audience', { aud: 'another' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['without an end', { exp: undefined }],
    ['of another user', { sub: '019aa000-0000-7000-8000-000000000001' }],
    ['of no session', { sid: '019aa000-0000-7000-8000-000000000001' }],
    ['of a session that can be none', { sid: "' or 1=1" }],
  ])('are refused when %s', async (_, more) => {
    const { token } = await claims();
    expect((await me(await token({}, keys.current.privateKey, more))).body).toMatchObject(
      problem(401, 'unauthorized'),
    );
  });

  it('are refused without a signature, and with one that only looks like ours', async () => {
    const { sessionId, token } = await claims();
    const facts = { sid: sessionId, sub: ada.userId, iss: ORIGIN, aud: 'shotloom-api' };
    const none = new UnsecuredJWT(facts).setIssuedAt().setExpirationTime('1m').encode();
    // HS256 with the public key as the secret: the classic confusion.
    const [, payload = ''] = (await token({})).split('.');
    const head = { alg: 'HS256', kid: keys.current.id, typ: 'at+jwt' };
    const unsigned = `${Buffer.from(JSON.stringify(head)).toString('base64url')}.${payload}`;
    const jwk = await exportJWK(keys.current.publicKey);
    const secrets = [keys.current.publicKey.export({ format: 'pem', type: 'spki' }), String(jwk.x)];
    const confused = secrets.map(
      (secret) => `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`,
    );
    const foreign = readSigningKeys(randomBytes(32).toString('base64'), undefined).current;
    const forged = [
      await token({ kid: foreign.id }, foreign.privateKey),
      await token({}, foreign.privateKey),
      await token({ kid: '../../etc/passwd' }),
      await token({ typ: 'JWT' }),
      `${(await token({})).slice(0, -4)}AAAA`,
    ];
    for (const wrong of [none, ...confused, ...forged, 'a.b.c', '..', 'a.'.repeat(2_000)]) {
      expect([wrong.slice(0, 30), (await me(wrong)).status]).toEqual([wrong.slice(0, 30), 401]);
    }
  });

  it('show only the public halves of the keys', async () => {
    const { body } = await call(gateway, '/.well-known/jwks.json', null);
    expect(body).toEqual({
      keys: [
        {
          kty: 'OKP',
          crv: 'Ed25519',
          x: expect.any(String) as string,
          kid: keys.current.id,
          alg: 'EdDSA',
          use: 'sig',
        },
      ],
    });
  });
});

describe('refresh tokens', () => {
  it('rotate: each gives the next, and the session goes on', async () => {
    const first = await signIn(gateway, ada.email);
    const second = tokensOf(await refresh(first.refresh));
    expect(second.refresh).not.toBe(first.refresh);
    expect(second.sessionId).toBe(first.sessionId);
    expect((await me(second.access.apiKey)).status).toBe(200);
    expect((await refresh(second.refresh)).status).toBe(200);
  });

  it('end the whole session when one that was used comes again', async () => {
    const first = await signIn(gateway, ada.email);
    const second = tokensOf(await refresh(first.refresh));
    const third = tokensOf(await refresh(second.refresh));
    expect((await refresh(first.refresh)).body).toMatchObject(problem(401, 'unauthorized'));
    expect((await refresh(third.refresh)).status).toBe(401);
    expect((await me(third.access.apiKey)).status).toBe(401);
    const entry = await gateway.database.sql
      .selectFrom('identity.audit_log')
      .select('action')
      .where('target_id', '=', first.sessionId)
      .executeTakeFirst();
    expect(entry?.action).toBe('session.reuse_detected');
  });

  it('forgive two tabs of one browser that refresh at the same moment: both get the same next one', async () => {
    const first = await signIn(gateway, ada.email);
    const answers = await Promise.all([1, 2, 3].map(() => refresh(first.refresh)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const next = new Set(answers.map((answer) => tokensOf(answer).refresh));
    expect(next.size).toBe(1);
    expect((await refresh([...next][0] ?? '')).status).toBe(200);
  });

  it('forgive no other program, however soon it comes', async () => {
    const first = await signIn(gateway, ada.email);
    const second = tokensOf(await refresh(first.refresh));
    expect((await refresh(first.refresh, 'a thief')).status).toBe(401);
    expect((await refresh(second.refresh)).status).toBe(401);
  });

  it('forgive nobody who comes later', async () => {
    const first = await signIn(gateway, ada.email);
    await refresh(first.refresh);
    await gateway.database.sql
      .updateTable('identity.refresh_tokens')
      .set({ used_at: new Date(Date.now() - 11_000) })
      .where('session_id', '=', first.sessionId)
      .where('used_at', 'is not', null)
      .execute();
    expect((await refresh(first.refresh)).status).toBe(401);
  });

  it.each(['signed out', 'expired unused', 'expired with its session'])(
    'give nothing any more when they are %s, nor does any other of their family',
    async (how) => {
      const first = await signIn(gateway, ada.email);
      const second = tokensOf(await refresh(first.refresh));
      const { sql } = gateway.database;
      const past = new Date(Date.now() - 1_000);
      if (how === 'signed out') {
        await call(gateway, '/api/v1/auth/logout', null, { json: { refresh_token: second.refresh } });
      } else {
        const ended =
          how === 'expired unused'
            ? raw`update identity.refresh_tokens set expires_at = ${past} where session_id = ${first.sessionId}`
            : raw`update identity.sessions set expires_at = ${past} where id = ${first.sessionId}`;
        await ended.execute(sql);
      }
      for (const { refresh: token } of [second, first]) {
        expect((await refresh(token)).body).toMatchObject(problem(401, 'unauthorized'));
      }
    },
  );

  it('are kept as hashes only', async () => {
    const { refresh: token, sessionId } = await signIn(gateway, ada.email);
    const rows = await gateway.database.sql
      .selectFrom('identity.refresh_tokens')
      .selectAll()
      .where('session_id', '=', sessionId)
      .execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(token).toString('hex'));
    expect(rows[0]?.token_hash.toString('base64url')).not.toBe(token);
  });

  it.each([
    ['', 401],
    ['x', 401],
    ['A'.repeat(43), 401],
    [`${'A'.repeat(42)}\u0000`, 422],
  ])('refuse %j', async (token, status) => {
    expect((await refresh(token)).status).toBe(status);
  });
});

describe('the end of a session', () => {
  it('is immediate on this replica, after its own sign-out, another device’s and all', async () => {
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => signIn(gateway, ada.email)));
    if (!one || !two || !three) throw new Error('three sessions');
    for (const { access } of [one, two, three]) expect((await me(access.apiKey)).status).toBe(200);
    await call(gateway, '/api/v1/auth/logout', null, { json: { refresh_token: one.refresh } });
    expect((await me(one.access.apiKey)).status).toBe(401);
    expect((await refresh(one.refresh)).status).toBe(401);
    const ended = await call(gateway, `/api/v1/sessions/${two.sessionId}`, three.access, {
      method: 'DELETE',
    });
    expect(ended.status).toBe(204);
    expect((await me(two.access.apiKey)).status).toBe(401);
    await call(gateway, '/api/v1/auth/logout-all', three.access, { method: 'POST' });
    expect((await me(three.access.apiKey)).status).toBe(401);
  });

  it('is told to everybody on the bus, and is what the bus answers', async () => {
    const session = await signIn(gateway, ada.email);
    const value = session.access.apiKey;
    const ask = () => gateway.bus.request(verifyCredentialRpc, { kind: 'session', value });
    expect(await ask()).toMatchObject({ principal: { userId: ada.userId, sessionId: session.sessionId } });
    const heard: string[] = [];
    const other = await connectBus({ url: gateway.natsUrl, name: 'other', logger: silentLogger() });
    other.subscribe(identityRevokedV1, subjects.identityRevoked, ({ sessionIds }) => {
      heard.push(...sessionIds);
    });
    await waitFor(
      async () => {
        const { refresh: token } = await signIn(gateway, ada.email);
        await call(gateway, '/api/v1/auth/logout', null, { json: { refresh_token: token } });
        return heard.length > 0;
      },
      { what: 'the subscription to be there' },
    );
    await call(gateway, '/api/v1/auth/logout', null, { json: { refresh_token: session.refresh } });
    await waitFor(() => heard.includes(session.sessionId), { what: 'the news' });
    expect(await ask()).toEqual({ principal: null });
    await other.drain();
  });

  it('takes a second at most where the news does not come', async () => {
    const { access, sessionId } = await signIn(gateway, ada.email);
    expect((await me(access.apiKey)).status).toBe(200);
    // As another replica would, whose message was lost.
    await gateway.database.sql
      .updateTable('identity.sessions')
      .set({ revoked_at: new Date(), revoked_reason: 'revoked' })
      .where('id', '=', sessionId)
      .execute();
    const refused = async () => (await me(access.apiKey)).status === 401;
    await waitFor(refused, { what: 'the cache to end', timeoutMs: 1_500 });
  });

  it('comes with the end of its user', async () => {
    const bob = await addPerson(gateway, 'bob@example.com');
    const { access, refresh: token } = await signIn(gateway, bob.email);
    await gateway.database.sql
      .updateTable('identity.users')
      .set({ disabled_at: new Date() })
      .where('id', '=', bob.userId)
      .execute();
    const refused = async () => (await me(access.apiKey)).status === 401;
    await waitFor(refused, { what: 'the session to end', timeoutMs: 1_500 });
    expect((await refresh(token)).status).toBe(401);
    const again = await call(gateway, '/api/v1/auth/login', null, {
      json: { email: bob.email, password: PASSWORD },
    });
    expect(again.body).toMatchObject(problem(403, 'forbidden'));
  });
});

describe('the list of sessions', () => {
  it('shows one’s own and nobody else’s, and ends nobody else’s', async () => {
    const carol = await addPerson(gateway, 'carol@example.com');
    const eve = await addPerson(gateway, 'eve@example.com');
    const hers = await signIn(gateway, carol.email, 'Carol\u00e9 phone');
    const other = await signIn(gateway, eve.email);
    const { body } = await call(gateway, '/api/v1/sessions', hers.access);
    expect(body['data']).toEqual([
      expect.objectContaining({
        id: hers.sessionId,
        current: true,
        device: 'Carol? phone',
        address: '127.0.0.1',
        method: 'password',
      }),
    ]);
    const path = `/api/v1/sessions/${hers.sessionId}`;
    expect((await call(gateway, path, other.access, { method: 'DELETE' })).status).toBe(404);
    expect((await me(hers.access.apiKey)).status).toBe(200);
  });

  it('is not for API keys', async () => {
    const user = await gateway.addUser();
    expect((await call(gateway, '/api/v1/sessions', user)).body).toMatchObject(problem(403, 'forbidden'));
    expect((await call(gateway, '/api/v1/auth/logout-all', user, { method: 'POST' })).status).toBe(403);
  });
});

it('gives the role’s scopes, as they are at the moment', async () => {
  const boss = await addPerson(gateway, 'boss@example.com', { role: 'operator' });
  const { access } = await signIn(gateway, boss.email);
  expect((await me(access.apiKey)).body).toMatchObject({
    role: 'operator',
    scopes: ['generate', 'read', 'admin'],
  });
  await gateway.database.sql
    .updateTable('identity.users')
    .set({ role: 'user' })
    .where('id', '=', boss.userId)
    .execute();
  const lost = async () => (await me(access.apiKey)).body['role'] === 'user';
  await waitFor(lost, { what: 'the role to be gone', timeoutMs: 1_500 });
  expect((await me(access.apiKey)).body['scopes']).toEqual(['generate', 'read']);
});
