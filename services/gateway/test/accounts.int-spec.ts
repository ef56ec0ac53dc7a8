import { newId } from '@shotloom/kernel';
import { grant } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { createApiKey } from '../src/identity/api-key';
import { call, problem, type Answer, type GatewayFixture } from './gateway-fixture';
import { addPerson, signIn, startSignIn, type MailSink, type TestPerson } from './sign-in-fixture';

jest.setTimeout(60_000);

interface Someone extends TestPerson {
  readonly apiKey: string;
}

let gateway: GatewayFixture;
let sink: MailSink;
let close: () => Promise<void>;
let owner: Someone;
let member: Someone;
let stranger: Someone;
beforeAll(async () => {
  ({ gateway, sink, close } = await startSignIn());
  [owner, member, stranger] = await Promise.all([someone('owner'), someone('member'), someone('stranger')]);
});
afterAll(() => close());

let people = 0;
async function someone(name: string): Promise<Someone> {
  people += 1;
  const person = await addPerson(gateway, `${name}-${people}@test.local`);
  const { access } = await signIn(gateway, person.email);
  return { ...person, apiKey: access.apiKey };
}

const ask = (
  by: { apiKey: string },
  method: string,
  path: string,
  json?: object,
  headers: Record<string, string> = {},
): Promise<Answer> => call(gateway, path, by, { method, headers, ...(json === undefined ? {} : { json }) });

async function organisation(by = owner): Promise<string> {
  const made = await ask(by, 'POST', '/api/v1/accounts', { name: 'Lighthouse Films' });
  expect(made.status).toBe(201);
  return String(made.body['id']);
}

async function tokenFor(accountId: string, email: string, more: object = {}): Promise<string> {
  const before = sink.mails.filter(({ to }) => to === email).length;
  const invited = await ask(owner, 'POST', `/api/v1/accounts/${accountId}/invitations`, { email, ...more });
  expect(invited.status).toBe(201);
  const mail = await sink.mailTo(email, before + 1);
  return /#token=(in_[A-Za-z0-9_-]+)/.exec(mail.text)?.[1] ?? '';
}

const accept = (by: Someone, token: string) => ask(by, 'POST', '/api/v1/invitations/accept', { token });

async function join(accountId: string, who: Someone, more: object = {}): Promise<void> {
  expect((await accept(who, await tokenFor(accountId, who.email, more))).status).toBe(200);
}

describe('an organisation', () => {
  it('is made once for a repeated request, owned by its maker, and listed beside the own account', async () => {
    const by = await someone('maker');
    const create = () =>
      call(gateway, '/api/v1/accounts', by, {
        json: { name: 'Twice' },
        headers: { 'idempotency-key': 'once' },
      });
    const [one, two] = [await create(), await create()];
    expect(two.body).toEqual(one.body);
    expect(one.body).toMatchObject({ kind: 'organisation', role: 'owner', active: false, plan: 'standard' });
    const { body } = await ask(by, 'GET', '/api/v1/accounts');
    expect(
      (body['data'] as { kind: string; active: boolean }[]).map(({ kind, active }) => [kind, active]),
    ).toEqual([
      ['personal', true],
      ['organisation', false],
    ]);
    const paged = await ask(by, 'GET', '/api/v1/accounts?limit=1');
    expect(paged.body['next_cursor']).toBe(by.accountId);
  });

  it('pays for its members once they switch to it, from one balance', async () => {
    const id = await organisation();
    await join(id, member);
    await grant(gateway.database.sql, { accountId: id, amount: 70, reference: newId(), reason: 'Test' });
    expect((await ask(member, 'POST', `/api/v1/accounts/${id}/activate`)).body).toMatchObject({
      id,
      active: true,
    });
    const seen = async () => (await ask(member, 'GET', '/api/v1/credits')).body['available'] === 70;
    await waitFor(seen, { what: 'the switch to hold' });
    // A member does not see what the others do.
    expect((await ask(member, 'GET', '/api/v1/credits/transactions')).status).toBe(403);
    expect((await ask(member, 'POST', `/api/v1/accounts/${member.accountId}/activate`)).status).toBe(200);
  });

  it('is renamed by those who run it', async () => {
    const id = await organisation();
    await join(id, member);
    expect((await ask(member, 'PATCH', `/api/v1/accounts/${id}`, { name: 'Mine' })).body).toMatchObject(
      problem(403, 'forbidden'),
    );
    expect((await ask(owner, 'PATCH', `/api/v1/accounts/${id}`, { name: 'New' })).body).toMatchObject({
      name: 'New',
    });
    const rows = await gateway.database.sql
      .selectFrom('identity.audit_log')
      .select('action')
      .where('account_id', '=', id)
      .orderBy('at')
      .execute();
    expect(rows.map(({ action }) => action)).toEqual([
      'account.created',
      'invitation.created',
      'invitation.accepted',
      'account.changed',
    ]);
  });
});

describe('an invitation', () => {
  it('is good once, for the verified person whose address it is, until it is taken back', async () => {
    const id = await organisation();
    const token = await tokenFor(id, member.email, { monthly_credit_limit: 9 });
    expect((await accept(stranger, token)).status).toBe(404);
    const results = await Promise.all([accept(member, token), accept(member, token)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual([200, 404]);
    expect((await ask(member, 'GET', `/api/v1/accounts/${id}`)).body).toMatchObject({
      role: 'member',
      monthly_credit_limit: 9,
    });
    const other = await someone('other');
    const first = await tokenFor(id, other.email);
    const second = await tokenFor(id, other.email);
    expect((await accept(other, first)).status).toBe(404);
    const { body } = await ask(owner, 'GET', `/api/v1/accounts/${id}/invitations`);
    const [pending, ...more] = body['data'] as { id: string }[];
    expect(more).toEqual([]);
    expect((await ask(owner, 'DELETE', `/api/v1/accounts/${id}/invitations/${pending?.id}`)).status).toBe(
      204,
    );
    expect((await accept(other, second)).status).toBe(404);
  });

  it('is one mail for a repeated request, and none once it has been taken back', async () => {
    const id = await organisation();
    const { email } = await someone('repeated');
    const path = `/api/v1/accounts/${id}/invitations`;
    const key = { 'idempotency-key': 'invite-once' };
    const [first, second] = [
      await ask(owner, 'POST', path, { email }, key),
      await ask(owner, 'POST', path, { email }, key),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    const mails = await gateway.database.sql
      .selectFrom('identity.mails')
      .select('id')
      .where('to_address', '=', email)
      .execute();
    expect(mails).toHaveLength(1);
    expect((await ask(owner, 'POST', path, { email: 'other@test.local' }, key)).status).toBe(409);
    await ask(owner, 'DELETE', `${path}/${String(first.body['id'])}`);
    expect((await ask(owner, 'POST', path, { email }, key)).status).toBe(409);
  });

  it('does not outlive its week, and is nothing for an address that is not proven', async () => {
    const id = await organisation();
    const late = await someone('late');
    const token = await tokenFor(id, late.email);
    const { sql } = gateway.database;
    await sql
      .updateTable('identity.users')
      .set({ email_verified_at: null })
      .where('id', '=', late.userId)
      .execute();
    expect((await accept(late, token)).status).toBe(404);
    await sql
      .updateTable('identity.users')
      .set({ email_verified_at: new Date() })
      .where('id', '=', late.userId)
      .execute();
    await sql
      .updateTable('identity.invitations')
      .set({ expires_at: new Date(0) })
      .where('account_id', '=', id)
      .execute();
    expect((await accept(late, token)).status).toBe(404);
  });

  it('does not make more members than the plan has place for, however many accept at once', async () => {
    const id = await organisation();
    const { sql } = gateway.database;
    await sql
      .insertInto('identity.plans')
      .values({ id: 'duo', title: 'Duo', concurrency: 1, members_max: 2 })
      .onConflict((on) => on.doNothing())
      .execute();
    await sql.updateTable('identity.accounts').set({ plan_id: 'duo' }).where('id', '=', id).execute();
    const crowd = await Promise.all(['a', 'b', 'c'].map(someone));
    const tokens: string[] = [];
    for (const { email } of crowd) tokens.push(await tokenFor(id, email));
    const answers = await Promise.all(crowd.map((who, index) => accept(who, tokens[index] ?? '')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect(
      (await ask(owner, 'POST', `/api/v1/accounts/${id}/invitations`, { email: 'd@test.local' })).status,
    ).toBe(409);
  });

  it('is for organisations only', async () => {
    const path = `/api/v1/accounts/${owner.accountId}/invitations`;
    expect((await ask(owner, 'POST', path, { email: 'x@test.local' })).body).toMatchObject(
      problem(409, 'conflict'),
    );
  });
});

describe('members', () => {
  it('lose their keys of the account and go back to their own when they are taken out, in one step', async () => {
    const id = await organisation();
    const goner = await someone('goner');
    await join(id, goner);
    await ask(goner, 'POST', `/api/v1/accounts/${id}/activate`);
    const { key, prefix, secretHash } = createApiKey();
    await gateway.database.sql
      .insertInto('identity.api_keys')
      .values({
        id: newId(),
        account_id: id,
        owner_user_id: goner.userId,
        name: 'k',
        prefix,
        secret_hash: secretHash,
        scopes: ['read'],
      })
      .execute();
    expect((await ask({ apiKey: key }, 'GET', '/api/v1/me')).status).toBe(200);
    expect((await ask(owner, 'DELETE', `/api/v1/accounts/${id}/members/${goner.userId}`)).status).toBe(204);
    expect((await ask({ apiKey: key }, 'GET', '/api/v1/me')).status).toBe(401);
    const { account_id: now } = await gateway.database.sql
      .selectFrom('identity.users')
      .select('account_id')
      .where('id', '=', goner.userId)
      .executeTakeFirstOrThrow();
    expect(now).toBe(goner.accountId);
    expect((await ask(goner, 'GET', `/api/v1/accounts/${id}`)).status).toBe(404);
  });

  it('never leave an account without an owner, also when two go at once', async () => {
    const id = await organisation();
    expect((await ask(owner, 'POST', `/api/v1/accounts/${id}/leave`)).body).toMatchObject(
      problem(409, 'conflict'),
    );
    const path = `/api/v1/accounts/${id}/members/${owner.userId}`;
    expect((await ask(owner, 'PATCH', path, { role: 'member' })).status).toBe(409);
    const second = await someone('second');
    await join(id, second, { role: 'owner' });
    const answers = await Promise.all(
      [owner, second].map((who) => ask(who, 'POST', `/api/v1/accounts/${id}/leave`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    expect((await ask(owner, 'POST', `/api/v1/accounts/${owner.accountId}/leave`)).status).toBe(409);
  });

  it('are changed by owners and admins; owners by owners only', async () => {
    const id = await organisation();
    const admin = await someone('admin');
    await join(id, admin, { role: 'admin' });
    await join(id, member);
    const of = (who: Someone) => `/api/v1/accounts/${id}/members/${who.userId}`;
    expect((await ask(admin, 'PATCH', of(member), { monthly_credit_limit: 12 })).body).toMatchObject({
      role: 'member',
      monthly_credit_limit: 12,
    });
    expect((await ask(admin, 'PATCH', of(member), { role: 'owner' })).status).toBe(403);
    expect((await ask(admin, 'PATCH', of(owner), { role: 'member' })).status).toBe(403);
    expect((await ask(admin, 'DELETE', of(owner))).status).toBe(403);
    expect((await ask(member, 'PATCH', of(member), { monthly_credit_limit: null })).status).toBe(403);
    const { body } = await ask(member, 'GET', `/api/v1/accounts/${id}/members`);
    expect((body['data'] as { role: string }[]).map(({ role }) => role).toSorted()).toEqual([
      'admin',
      'member',
      'owner',
    ]);
  });
});

it('opens nothing to somebody who is no member: the account is not there', async () => {
  const id = await organisation();
  await join(id, member);
  const other = `${id}/members/${member.userId}`;
  const tries: [string, string, object?][] = [
    ['GET', id],
    ['PATCH', id, { name: 'Mine' }],
    ['POST', `${id}/activate`],
    ['POST', `${id}/leave`],
    ['GET', `${id}/members`],
    ['PATCH', other, { role: 'member' }],
    ['DELETE', other],
    ['GET', `${id}/invitations`],
    ['POST', `${id}/invitations`, { email: stranger.email }],
    ['DELETE', `${id}/invitations/${newId()}`],
  ];
  for (const [method, path, json] of tries) {
    const { status } = await ask(stranger, method, `/api/v1/accounts/${path}`, json);
    expect([method, path, status]).toEqual([method, path, 404]);
  }
  expect((await ask(owner, 'GET', `/api/v1/accounts/${id}/members`)).body['data']).toHaveLength(2);
});

it('lets no API key of an ordinary user change anything', async () => {
  const id = await organisation();
  const { key, prefix, secretHash } = createApiKey();
  await gateway.database.sql
    .insertInto('identity.api_keys')
    .values({
      id: newId(),
      account_id: owner.accountId,
      owner_user_id: owner.userId,
      name: 'k',
      prefix,
      secret_hash: secretHash,
      scopes: ['read', 'generate', 'admin'],
    })
    .execute();
  expect((await ask({ apiKey: key }, 'GET', `/api/v1/accounts/${id}`)).status).toBe(200);
  expect((await ask({ apiKey: key }, 'PATCH', `/api/v1/accounts/${id}`, { name: 'X' })).status).toBe(403);
  expect((await ask({ apiKey: key }, 'POST', '/api/v1/accounts', { name: 'X' })).status).toBe(403);
});
