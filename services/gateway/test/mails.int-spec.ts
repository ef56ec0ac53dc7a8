import { waitFor } from '@shotloom/testing';
import { call, type GatewayFixture } from './gateway-fixture';
import { PASSWORD, startSignIn, type MailSink } from './sign-in-fixture';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let sink: MailSink;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ gateway, sink, close } = await startSignIn({ TRUSTED_PROXIES: '' }));
});
afterAll(() => close());

const register = (email: string) =>
  call(gateway, '/api/v1/auth/register', null, { json: { email, password: PASSWORD } });
const mailTo = (address: string) =>
  gateway.database.sql.selectFrom('identity.mails').selectAll().where('to_address', '=', address);
/** Lets the next try be made at once. */
const hurry = (address: string) =>
  gateway.database.sql
    .updateTable('identity.mails')
    .set({ next_at: new Date() })
    .where('to_address', '=', address)
    .execute();

describe('mail', () => {
  it('is tried again while the server says later, given up when it says never, and its body is removed', async () => {
    sink.refusals.set('later@example.com', 451);
    await register('later@example.com');
    const failed = await waitFor(
      async () => (await mailTo('later@example.com').executeTakeFirst())?.last_error,
      {
        what: 'a failure',
      },
    );
    expect(failed).toBe('the server answered 451');
    await hurry('later@example.com');
    await sink.mailTo('later@example.com');
    const sent = await waitFor(
      async () => {
        const found = await mailTo('later@example.com').executeTakeFirst();
        return found?.sent_at === null ? undefined : found;
      },
      { what: 'the mail to be noted as sent' },
    );
    expect(sent).toMatchObject({ attempts: 2, body: '', given_up_at: null });
    sink.refusals.set('never@example.com', 550);
    await register('never@example.com');
    const given = await waitFor(
      async () => {
        const found = await mailTo('never@example.com').executeTakeFirst();
        return found?.given_up_at ? found : undefined;
      },
      { what: 'the mail to be given up' },
    );
    expect(given).toMatchObject({ body: '', sent_at: null, last_error: 'the server answered 550' });
  });

  it('waits while the server refuses our password, as it does when one is changed', async () => {
    sink.refusesPassword = true;
    await register('waits@example.com');
    const failed = await waitFor(
      async () => {
        const found = await mailTo('waits@example.com').executeTakeFirst();
        return found?.last_error ? found : undefined;
      },
      { what: 'a failure' },
    );
    expect(failed).toMatchObject({ last_error: 'the server answered 535', given_up_at: null });
    expect(failed.body).toContain('#token=');
    sink.refusesPassword = false;
    await hurry('waits@example.com');
    await sink.mailTo('waits@example.com');
  });
});
