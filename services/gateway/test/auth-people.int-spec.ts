import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { PasswordHasher } from '../src/auth/password-hasher';
import { createApiKey } from '../src/identity/api-key';
import { call, problem, type GatewayFixture } from './gateway-fixture';
import {
  addPerson,
  PASSWORD,
  signIn,
  startSignIn,
  tokenIn,
  tokensOf,
  type MailSink,
} from './sign-in-fixture';

jest.setTimeout(60_000);

const NEW_PASSWORD = 'another horse, another battery';

let gateway: GatewayFixture;
let sink: MailSink;
let close: () => Promise<void>;

const post = (path: string, json: object, from?: string) =>
  call(gateway, `/api/v1/auth/${path}`, null, {
    json,
    headers: from === undefined ? {} : { 'x-forwarded-for': from },
  });
const register = (email: string, more: object = {}) =>
  post('register', { email, password: PASSWORD, ...more });
const login = (email: string, password = PASSWORD, from?: string) => post('login', { email, password }, from);
/** Tests share one address, which is limited as anybody's is. */
const forgetTries = () => gateway.database.sql.deleteFrom('identity.throttles').execute();

beforeAll(async () => {
  ({ gateway, sink, close } = await startSignIn({ TRUSTED_PROXIES: '' }));
});
beforeEach(() => forgetTries());
afterAll(() => close());

describe('a registration', () => {
  it('becomes an account with the link and the password together, and once', async () => {
    expect((await register('ada@example.com', { display_name: 'Ada' })).status).toBe(202);
    const token = tokenIn(await sink.mailTo('ada@example.com'));
    expect((await login('ada@example.com')).status).toBe(401);
    expect((await post('verify', { token, password: 'not the one that was chosen' })).status).toBe(401);
    const verified = await post('verify', { token, password: PASSWORD });
    expect(verified.status).toBe(200);
    const { body } = await call(gateway, '/api/v1/me', tokensOf(verified).access);
    expect(body).toMatchObject({
      email: 'ada@example.com',
      display_name: 'Ada',
      email_verified: true,
      role: 'user',
    });
    expect((await post('verify', { token, password: PASSWORD })).status).toBe(401);
    expect((await login('ADA@example.com')).status).toBe(200);
  });

  it('cannot be guessed open by who has the link but not the password', async () => {
    await register('guessed@example.com');
    const token = tokenIn(await sink.mailTo('guessed@example.com'));
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await post('verify', { token, password: `wrong guess ${tries}` })).status).toBe(401);
    }
    expect((await post('verify', { token, password: PASSWORD })).status).toBe(401);
  });

  it('by somebody else takes the address from nobody, and gives nobody another’s account', async () => {
    const victim = 'victim@example.com';
    await post('register', { email: victim, password: 'the attacker knows this' });
    await sink.mailTo(victim);
    await post('register', { email: victim, password: PASSWORD });
    const token = tokenIn(await sink.mailTo(victim, 2));
    expect((await post('verify', { token, password: PASSWORD })).status).toBe(200);
    // The attacker's own link, which the victim got, is gone with it.
    const first = tokenIn(await sink.mailTo(victim, 1));
    expect((await post('verify', { token: first, password: 'the attacker knows this' })).status).toBe(401);
    expect((await login(victim, 'the attacker knows this')).status).toBe(401);
  });

  it('answers the same for an address that is taken, and the mail tells the owner', async () => {
    await addPerson(gateway, 'taken@example.com');
    const [free, taken] = [await register('free@example.com'), await register('Taken@example.com')];
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    const mail = await sink.mailTo('Taken@example.com');
    expect(mail.text).toContain('already');
    expect(mail.text).not.toContain('#token');
  });

  it('is sent again with a new link that opens with the same password, and to nobody who waits for none', async () => {
    await register('again@example.com', { display_name: 'Again' });
    const first = tokenIn(await sink.mailTo('again@example.com'));
    const asked = await post('verify/resend', { email: 'Again@example.com', language: 'zh-CN' });
    const second = tokenIn(await sink.mailTo('again@example.com', 2));
    expect(second).not.toBe(first);
    const unknown = await post('verify/resend', { email: 'nobody-waits@example.com' });
    expect([asked.status, asked.body]).toEqual([unknown.status, unknown.body]);
    expect(asked.status).toBe(202);
    const verified = await post('verify', { token: second, password: PASSWORD });
    expect(verified.status).toBe(200);
    const ways = await call(gateway, '/api/v1/me/sign-in-ways', tokensOf(verified).access);
    expect(ways.body).toEqual({ password: true, identities: [] });
    // The account is there: the older link opens no second one, and no mail follows.
    expect((await post('verify', { token: first, password: PASSWORD })).status).toBe(401);
    await post('verify/resend', { email: 'again@example.com' });
    const pending = await gateway.database.sql
      .selectFrom('identity.mail_tokens')
      .select('email')
      .where('email', '=', 'again@example.com')
      .execute();
    expect(pending).toEqual([]);
  });

  it('takes no role, id, credits or plan from its body', async () => {
    for (const more of [{ role: 'admin' }, { plan_id: 'x' }, { id: newId() }, { email_verified_at: 'now' }]) {
      const { status, body } = await register('mass@example.com', more);
      expect([status, body['errors']]).toEqual([
        422,
        [{ field: Object.keys(more)[0], reason: expect.any(String) as string }],
      ]);
    }
    const users = await gateway.database.sql
      .selectFrom('identity.mail_tokens')
      .select('email')
      .where('email', '=', 'mass@example.com')
      .execute();
    expect(users).toEqual([]);
  });

  it.each([
    ['short@example.com', 'short'],
    ['same@example.com', 'same@example.com'],
    ['aaaa@example.com', 'aaaaaaaaaaaaaa'],
    ['common@example.com', 'qwertyuiop'],
  ])('refuses %s with an easy password', async (email, password) => {
    const { body } = await post('register', { email, password });
    expect(body).toMatchObject(problem(422, 'invalid_input', ['password']));
  });

  it.each(['', 'nobody', 'a@b', 'a@b.c\r\nBcc: x@y.z', 'a@example.com,b@example.com', '<a@example.com>'])(
    'refuses the address %j',
    async (email) => expect((await register(email)).status).toBe(422),
  );

  it('sends one address only so many mails, and says the same', async () => {
    const answers = [];
    for (let tries = 0; tries < 7; tries += 1) answers.push((await register('bombed@example.com')).status);
    expect(new Set(answers)).toEqual(new Set([202]));
    await waitFor(
      async () => {
        const waiting = await gateway.database.sql
          .selectFrom('identity.mails')
          .select('id')
          .where('sent_at', 'is', null)
          .execute();
        return waiting.length === 0;
      },
      { what: 'the queue to be empty' },
    );
    expect(sink.mails.filter(({ to }) => to === 'bombed@example.com')).toHaveLength(5);
  });

  it('is limited for each address that it comes from', async () => {
    const statuses = [];
    for (let tries = 0; tries < 22; tries += 1)
      statuses.push((await register(`many${tries}@example.com`)).status);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 202));
    expect(statuses.slice(20)).toEqual([429, 429]);
  });
});

describe('a wrong password', () => {
  it('and an unknown address look the same, in words and in work', async () => {
    await addPerson(gateway, 'known@example.com');
    const { body: said } = await login('known@example.com', 'not the password at all');
    // Counted and not timed: a machine that is busy would make a clock say anything.
    const compared = jest.spyOn(gateway.app.get(PasswordHasher, { strict: false }), 'matches');
    for (const email of ['known@example.com', 'stranger@example.com']) {
      compared.mockClear();
      const fastest = { ms: Infinity };
      for (let tries = 0; tries < 6; tries += 1) {
        const before = performance.now();
        const { status, body } = await login(email, 'not the password at all');
        fastest.ms = Math.min(fastest.ms, performance.now() - before);
        expect([status, body]).toEqual([401, said]);
      }
      expect(compared).toHaveBeenCalledTimes(6);
      // A hash was really computed: what else there is to do takes a few milliseconds.
      expect(fastest.ms).toBeGreaterThan(10);
    }
    compared.mockRestore();
  });

  it('is limited for an account, known or not, and the right one helps no more then', async () => {
    await addPerson(gateway, 'limited@example.com');
    for (const email of ['limited@example.com', 'unlimited@example.com']) {
      await forgetTries();
      const statuses = [];
      for (let tries = 0; tries < 12; tries += 1)
        statuses.push((await login(email, 'wrong password')).status);
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
      const refused = await login(email);
      expect(refused.body).toMatchObject(problem(429, 'rate_limited'));
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
    }
  });

  it('is counted before it is looked at: many at the same moment are no more than one after the other', async () => {
    await addPerson(gateway, 'parallel@example.com');
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => login('parallel@example.com', `guess number ${index}`)),
    );
    const looked = answers.filter(({ status }) => status === 401).length;
    expect(looked).toBeLessThanOrEqual(10);
    expect(answers.every(({ status }) => [401, 429, 503].includes(status))).toBe(true);
  });

  it('is not forgiven by a forged address: X-Forwarded-For of a stranger means nothing', async () => {
    await addPerson(gateway, 'forged@example.com');
    const statuses = [];
    for (let tries = 0; tries < 11; tries += 1) {
      statuses.push((await login('forged@example.com', 'wrong password', `203.0.113.${tries}`)).status);
    }
    expect(statuses.at(-1)).toBe(429);
  });

  it('is written down where it was for somebody with power, and never with the password', async () => {
    const boss = await addPerson(gateway, 'boss@example.com', { role: 'admin' });
    await login(boss.email, 'a guess at the boss');
    await signIn(gateway, boss.email);
    const entries = await gateway.database.sql
      .selectFrom('identity.audit_log')
      .selectAll()
      .where('action', 'in', ['session.refused', 'session.opened'])
      .orderBy('id')
      .execute();
    expect(entries.map(({ action }) => action)).toEqual(['session.refused', 'session.opened']);
    expect(JSON.stringify(entries)).not.toContain('a guess');
  });
});

describe('a forgotten password', () => {
  it('is replaced by a link that is good once, and every session ends', async () => {
    const { email } = await addPerson(gateway, 'forgot@example.com');
    const before = await signIn(gateway, email);
    expect((await post('password/forgot', { email })).status).toBe(202);
    expect((await post('password/forgot', { email, language: 'zh-CN' })).status).toBe(202);
    const token = tokenIn(await sink.mailTo(email));
    const other = tokenIn(await sink.mailTo(email, 2));
    expect((await post('password/reset', { token, password: NEW_PASSWORD })).status).toBe(204);
    expect((await call(gateway, '/api/v1/me', before.access)).status).toBe(401);
    expect([(await login(email)).status, (await login(email, NEW_PASSWORD)).status]).toEqual([401, 200]);
    for (const used of [token, other]) {
      const again = await post('password/reset', { token: used, password: 'a third horse and battery' });
      expect(again.body).toMatchObject(problem(422, 'invalid_input', ['token']));
    }
    await sink.mailTo(email, 3);
  });

  it('has no link any more after half an hour', async () => {
    const { email } = await addPerson(gateway, 'late@example.com');
    await post('password/forgot', { email });
    const token = tokenIn(await sink.mailTo(email));
    const [row] = await gateway.database.sql
      .deleteFrom('identity.mail_tokens')
      .where('email', '=', email)
      .returningAll()
      .execute();
    if (!row) throw new Error('no token');
    expect(row.expires_at.getTime() - row.created_at.getTime()).toBe(1_800_000);
    await gateway.database.sql
      .insertInto('identity.mail_tokens')
      .values({ ...row, expires_at: new Date(Date.now() - 1_000) })
      .execute();
    expect((await post('password/reset', { token, password: NEW_PASSWORD })).status).toBe(422);
  });

  it('of two resets with one link at the same moment lets one through', async () => {
    const { email } = await addPerson(gateway, 'race@example.com');
    await post('password/forgot', { email });
    const token = tokenIn(await sink.mailTo(email));
    const answers = await Promise.all(
      [1, 2, 3].map((n) => post('password/reset', { token, password: `${NEW_PASSWORD} ${n}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422, 422]);
  });

  it('of an unknown address is answered the same, and sends nothing', async () => {
    await addPerson(gateway, 'real@example.com');
    const [real, unreal] = [
      await post('password/forgot', { email: 'real@example.com' }),
      await post('password/forgot', { email: 'unreal@example.com' }),
    ];
    expect([unreal.status, unreal.body]).toEqual([real.status, real.body]);
    await sink.mailTo('real@example.com');
    expect(sink.mails.some(({ to }) => to === 'unreal@example.com')).toBe(false);
  });

  it('takes back what somebody else made under an address that was never verified', async () => {
    const squatter = await addPerson(gateway, 'squatted@example.com', { verified: false });
    const { key, prefix, secretHash } = createApiKey();
    await gateway.database.sql
      .insertInto('identity.api_keys')
      .values({
        id: newId(),
        account_id: squatter.accountId,
        owner_user_id: squatter.userId,
        name: 'kept',
        prefix,
        secret_hash: secretHash,
        scopes: ['read'],
      })
      .execute();
    const session = await signIn(gateway, squatter.email);
    await post('password/forgot', { email: squatter.email });
    const token = tokenIn(await sink.mailTo(squatter.email));
    await post('password/reset', { token, password: NEW_PASSWORD });
    expect((await call(gateway, '/api/v1/me', { apiKey: key })).status).toBe(401);
    expect((await call(gateway, '/api/v1/me', session.access)).status).toBe(401);
    expect((await login(squatter.email)).status).toBe(401);
  });
});

describe('what people change about themselves', () => {
  const patch = (who: { apiKey: string }, json: object) =>
    call(gateway, '/api/v1/me', who, { method: 'PATCH', json });

  it('the name, and nothing that is not theirs to change', async () => {
    const { email } = await addPerson(gateway, 'rename@example.com');
    const { access } = await signIn(gateway, email);
    expect((await patch(access, { display_name: 'Renée' })).body).toMatchObject({ display_name: 'Renée' });
    for (const more of [
      { role: 'admin' },
      { email: 'x@example.com' },
      { plan_id: 'x' },
      { display_name: 'a\u0000b' },
    ]) {
      expect((await patch(access, more)).status).toBe(422);
    }
  });

  it('the password, with the old one; other sessions end and this one goes on', async () => {
    const { email } = await addPerson(gateway, 'change@example.com');
    const [here, there] = [await signIn(gateway, email), await signIn(gateway, email)];
    const wrong = await patch(here.access, { password: { current: 'not it', new: NEW_PASSWORD } });
    expect(wrong.body).toMatchObject(problem(422, 'invalid_input', ['password.current']));
    const right = await patch(here.access, { password: { current: PASSWORD, new: NEW_PASSWORD } });
    expect(right.status).toBe(200);
    expect((await call(gateway, '/api/v1/me', here.access)).status).toBe(200);
    expect((await call(gateway, '/api/v1/me', there.access)).status).toBe(401);
    expect((await login(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('not with an API key', async () => {
    const user = await gateway.addUser();
    expect((await patch(user, { display_name: 'x' })).body).toMatchObject(problem(403, 'forbidden'));
  });
});
