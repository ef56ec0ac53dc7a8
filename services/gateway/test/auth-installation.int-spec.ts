import { call, problem, startGateway, type GatewayFixture } from './gateway-fixture';
import { addPerson, PASSWORD, SIGNING_KEY, signIn, tokensOf } from './sign-in-fixture';

jest.setTimeout(60_000);

describe('an installation', () => {
  const at = async (env: Record<string, string>, test: (url: GatewayFixture) => Promise<void>) => {
    const other = await startGateway(env);
    try {
      await test(other);
    } finally {
      await other.close();
    }
  };

  it('without a key to sign with lets nobody in, and says why', () =>
    at({}, async (other) => {
      const json = { email: 'a@example.com', password: PASSWORD };
      expect((await call(other, '/api/v1/auth/login', null, { json })).body).toMatchObject(
        problem(503, 'unavailable'),
      );
      const { body } = await call(other, '/api/v1/auth/methods', null);
      expect(body).toEqual({ password: false, registration: 'closed', password_reset: false, issuers: [] });
    }));

  it('without mail registers nobody unless the operator says so', () =>
    at({ AUTH_SIGNING_KEY: SIGNING_KEY }, async (other) => {
      const json = { email: 'a@example.com', password: PASSWORD };
      const refused = await call(other, '/api/v1/auth/register', null, { json });
      expect(refused.body).toMatchObject(problem(503, 'unavailable'));
      const forgot = await call(other, '/api/v1/auth/password/forgot', null, { json: { email: json.email } });
      expect(forgot.body).toMatchObject(problem(503, 'unavailable'));
    }));

  it('whose operator says so registers at once, and the address stays unverified', () =>
    at({ AUTH_SIGNING_KEY: SIGNING_KEY, AUTH_REGISTRATION: 'unverified' }, async (other) => {
      const json = { email: 'a@example.com', password: PASSWORD };
      expect((await call(other, '/api/v1/auth/register', null, { json })).status).toBe(202);
      expect((await call(other, '/api/v1/auth/register', null, { json })).status).toBe(202);
      const { access } = await signIn(other, json.email);
      expect((await call(other, '/api/v1/me', access)).body).toMatchObject({ email_verified: false });
    }));

  it('believes the proxy that the operator named', () =>
    at({ AUTH_SIGNING_KEY: SIGNING_KEY, TRUSTED_PROXIES: '127.0.0.1' }, async (other) => {
      const person = await addPerson(other, 'proxied@example.com');
      const answer = await call(other, '/api/v1/auth/login', null, {
        json: { email: person.email, password: PASSWORD },
        headers: { 'x-forwarded-for': '198.51.100.7' },
      });
      const { body } = await call(other, '/api/v1/sessions', tokensOf(answer).access);
      expect(body['data']).toEqual([expect.objectContaining({ address: '198.51.100.7' })]);
    }));
});
