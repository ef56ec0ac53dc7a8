import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { waitFor } from '@shotloom/testing';
import { claimDue } from '../src/deliveries/claim-due';
import type { Owner } from '../src/parts';
import { changeJob, makeWebhook, newOwner, raiseStage, settled, type Stage } from './support/stage';

jest.setTimeout(60_000);

const MINUTE_MS = 60_000;
let stage: Stage;
beforeAll(async () => {
  stage = await raiseStage();
});
afterAll(() => stage.stop());

/** URLs of single jobs, each with something that is due; those that are made earlier are due earlier. */
async function crowd({ userId, accountId }: Owner, count: number, dueAt: Date): Promise<void> {
  await sql`
    WITH made AS (
      INSERT INTO webhooks.endpoints (id, account_id, owner_user_id, url, description, event_types, due_at, kind, signer_id)
      SELECT gen_random_uuid(), ${accountId}, ${userId}, 'https://example.com/', '', '{job.*}', ${dueAt}, 'job', gen_random_uuid()
      FROM generate_series(1, ${count}::int) RETURNING id
    )
    INSERT INTO webhooks.deliveries (id, endpoint_id, account_id, event_id, event_type, status, next_try_at, created_at)
    SELECT gen_random_uuid(), id, ${accountId}, id::text, 'job.queued', 'pending', ${dueAt}, ${dueAt} FROM made`.execute(
    stage.database.sql,
  );
}

const stateOf = (webhookId: string) =>
  stage.database.sql
    .selectFrom('webhooks.deliveries')
    .select(['attempts', 'claim_id', 'next_try_at', 'status'])
    .where('endpoint_id', '=', webhookId)
    .executeTakeFirst();

it('passes over an account that has all its calls, whatever else of it is due, and comes to those behind', async () => {
  const [many, few] = [newOwner(), newOwner()];
  const now = stage.clock.now();
  await crowd(many, 1_000, new Date(now.getTime() - 2_000));
  await crowd(few, 3, new Date(now.getTime() - 1_000));
  const options = { perEndpoint: 4, perAccount: 16, room: 200, now, until: new Date(now.getTime() + 60_000) };
  const claim = async (): Promise<number> => (await claimDue(stage.database, options)).claimed.length;
  expect([await claim(), await claim(), await claim()]).toEqual([16, 3, 0]);
  // Those that wait for a place of their account keep their turn: it is looked at nothing else when one becomes free.
  const kept = sql<{ count: number }>`SELECT count(*)::int FROM webhooks.endpoints
    WHERE account_id = ${many.accountId} AND due_at < ${now}`;
  expect((await kept.execute(stage.database.sql)).rows).toEqual([{ count: 984 }]);
  await sql`UPDATE webhooks.deliveries SET status = 'delivered', next_try_at = NULL, claim_id = NULL, claimed_until = NULL
    WHERE claim_id IS NOT NULL AND account_id = ${many.accountId}`.execute(stage.database.sql);
  expect(await claim()).toBe(16);
  await stage.database.sql.deleteFrom('webhooks.deliveries').execute();
  await stage.database.sql.deleteFrom('webhooks.endpoints').execute();
});

it('takes no try of an endpoint for a secret that does not open here', async () => {
  const owner = newOwner();
  const right = await stage.start();
  const webhook = await makeWebhook(stage, owner, stage.receiver.url('/sealed'));
  await right.stop();
  const wrong = await stage.start({ CREDENTIALS_KEY: randomBytes(32).toString('base64') });
  await changeJob(stage, owner);
  for (let looks = 0; looks < 3; looks += 1) {
    if (looks > 0) stage.clock.advance(MINUTE_MS);
    await waitFor(
      async () => {
        const row = await stateOf(webhook.id);
        return row?.claim_id === null && (row.next_try_at ?? stage.clock.now()) > stage.clock.now();
      },
      { what: 'the claim to be given back' },
    );
  }
  await wrong.stop();
  expect(stage.receiver.at('/sealed')).toEqual([]);
  stage.clock.advance(MINUTE_MS);
  const again = await stage.start();
  await settled(stage, owner, webhook.id, { status: 'delivered', attempts: 1 });
  await again.stop();
});

it('leaves a call that it breaks off to another process, which makes it at once', async () => {
  const owner = newOwner();
  const first = await stage.start();
  const webhook = await makeWebhook(stage, owner, stage.receiver.url('/slow'));
  stage.receiver.answer('/slow', () => undefined);
  const { jobId } = await changeJob(stage, owner);
  await stage.receiver.count('/slow', 1);
  await first.stop();
  expect(await stateOf(webhook.id)).toMatchObject({ status: 'pending', attempts: 0, claim_id: null });
  stage.receiver.answer('/slow', (response) => response.writeHead(204).end());
  const second = await stage.start();
  const [, again] = await stage.receiver.count('/slow', 2);
  expect(again?.id).toBe(`evt_${jobId}_1`);
  await settled(stage, owner, webhook.id, { status: 'delivered', attempts: 1 });
  await second.stop();
});
