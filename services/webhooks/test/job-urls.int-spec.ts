import {
  changeWebhookRpc,
  deleteWebhookRpc,
  getWebhookRpc,
  jobSecretRpc,
  listWebhooksRpc,
  redeliverWebhookRpc,
  rotateWebhookSecretRpc,
  watchJobsRpc,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import type { Owner } from '../src/parts';
import { endJobUrls } from '../src/upkeep/end-job-urls';
import { removeOld } from '../src/upkeep/remove-old';
import { verify } from './support/receiver';
import {
  changeJob,
  deliveriesOf,
  makeWebhook,
  newOwner,
  raiseStage,
  settled,
  type Stage,
} from './support/stage';

jest.setTimeout(60_000);

const HOUR_MS = 3_600_000;
let stage: Stage;

beforeAll(async () => {
  stage = await raiseStage();
  await stage.start();
});
afterAll(() => stage.stop());

const watch = (owner: Owner, jobIds: string[], url: string) =>
  stage.bus.request(watchJobsRpc, { ...owner, jobIds, url });
const secretOf = async (owner: Owner, rotate = false) =>
  (await stage.bus.request(jobSecretRpc, { ...owner, rotate })).secret;
/** A job that `path` is told of. */
async function watched(path: string, owner = newOwner()) {
  const jobId = newId();
  await watch(owner, [jobId], stage.receiver.url(path));
  return { owner, jobId };
}

it('tells a URL of its job and of no other, signed with the secret of its owner', async () => {
  const { owner, jobId } = await watched('/job');
  const other = await watched('/other-job', owner);
  const general = await makeWebhook(stage, owner, stage.receiver.url('/all'), ['*']);
  await changeJob(stage, owner, { jobId });
  await changeJob(stage, owner, { jobId: other.jobId });
  await changeJob(stage, owner);
  await stage.receiver.count('/all', 3);
  const [received] = await stage.receiver.count('/job', 1);
  if (!received) throw new Error('nothing came');
  expect(received.event.data['job_id']).toBe(jobId);
  expect(verify(await secretOf(owner), received)).toEqual(received.event);
  expect(() => verify(general.secret, received)).toThrow();
  await settled(stage, owner, jobId, { status: 'delivered' });
  expect(stage.receiver.at('/job')).toHaveLength(1);
  expect(stage.receiver.at('/other-job')).toHaveLength(1);
});

it('signs with the old secret too for a day after it was changed', async () => {
  const { owner, jobId } = await watched('/rotated');
  const before = await secretOf(owner);
  expect(await secretOf(owner)).toBe(before);
  const after = await secretOf(owner, true);
  expect(after).not.toBe(before);
  await changeJob(stage, owner, { jobId });
  const [received] = await stage.receiver.count('/rotated', 1);
  if (!received) throw new Error('nothing came');
  for (const secret of [before, after]) expect(verify(secret, received)).toEqual(received.event);
});

it('has its own secret for each owner, and none in another account', async () => {
  const owner = newOwner();
  const secrets = [
    owner,
    newOwner(),
    { ...owner, accountId: newId() },
    { ...newOwner(), accountId: owner.accountId },
  ];
  expect(new Set(await Promise.all(secrets.map((one) => secretOf(one)))).size).toBe(4);
  // Many at once make one.
  const fresh = newOwner();
  expect(new Set(await Promise.all(Array.from({ length: 5 }, () => secretOf(fresh)))).size).toBe(1);
});

it('is asked for twice and sends once', async () => {
  const { owner, jobId } = await watched('/twice');
  await watch(owner, [jobId], stage.receiver.url('/twice-again'));
  const state = await changeJob(stage, owner, { jobId });
  await changeJob(stage, owner, state);
  await changeJob(stage, owner, { jobId, version: 2 });
  await stage.receiver.count('/twice', 2);
  const ids = stage.receiver.at('/twice').map(({ id }) => id);
  expect(ids.toSorted()).toEqual([`evt_${jobId}_1`, `evt_${jobId}_2`]);
  expect(stage.receiver.at('/twice-again')).toEqual([]);
});

it('is no webhook of the list, counts for no limit, and has no secret of its own', async () => {
  const { owner, jobId } = await watched('/hidden');
  await secretOf(owner);
  const { webhooks } = await stage.bus.request(listWebhooksRpc, { ...owner, limit: 10 });
  expect(webhooks).toEqual([]);
  for (let made = 0; made < 10; made += 1) await makeWebhook(stage, owner, stage.receiver.url('/x'));
  const rotate = stage.bus.request(rotateWebhookSecretRpc, { ...owner, webhookId: jobId });
  await expect(rotate).rejects.toMatchObject({ code: 'conflict' });
});

it('is not there for anybody else', async () => {
  const { owner, jobId } = await watched('/mine');
  await changeJob(stage, owner, { jobId });
  const [delivery] = [await settled(stage, owner, jobId, { status: 'delivered' })];
  for (const who of [newOwner(), { ...owner, accountId: newId() }, { ...owner, userId: newId() }]) {
    const asked = { ...who, webhookId: jobId };
    expect(await stage.bus.request(getWebhookRpc, asked)).toEqual({ webhook: null });
    await expect(deliveriesOf(stage, who, jobId)).rejects.toMatchObject({ code: 'not_found' });
    const again = stage.bus.request(redeliverWebhookRpc, { ...asked, deliveryId: delivery.id });
    await expect(again).rejects.toMatchObject({ code: 'not_found' });
    const gone = stage.bus.request(deleteWebhookRpc, asked);
    await expect(gone).rejects.toMatchObject({ code: 'not_found' });
    const change = stage.bus.request(changeWebhookRpc, { ...asked, url: stage.receiver.url('/thief') });
    await expect(change).rejects.toMatchObject({ code: 'not_found' });
    // A job of another's id tells this URL nothing.
    await changeJob(stage, who, { jobId, version: 7 });
  }
  await changeJob(stage, owner, { jobId, version: 9 });
  const received = await stage.receiver.count('/mine', 2);
  expect(received.map(({ id }) => id)).toEqual([`evt_${jobId}_1`, `evt_${jobId}_9`]);
});

it.each(['https://127.0.0.2/x', 'http://10.0.0.1/', 'https://169.254.169.254/latest'])(
  'refuses %s, which is not public',
  async (url) => {
    const asked = watch(newOwner(), [newId()], url);
    await expect(asked).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'webhook_url', reason: expect.stringMatching(/\.$/) as string }],
    });
  },
);

it('is disabled alone by what it answers, and nobody is mailed', async () => {
  const { owner, jobId } = await watched('/gone');
  const other = await watched('/alive', owner);
  stage.receiver.answer('/gone', (response) => response.writeHead(410).end());
  const notices = stage.notices.length;
  await changeJob(stage, owner, { jobId });
  await settled(stage, owner, jobId, { status: 'failed', statusCode: 410 });
  await changeJob(stage, owner, { jobId: other.jobId });
  await settled(stage, owner, other.jobId, { status: 'delivered' });
  expect(stage.notices).toHaveLength(notices);
});

it('is forgotten a while after its job ended and all was sent; the log stays', async () => {
  const { owner, jobId } = await watched('/ends');
  const stuck = await watched('/stuck', owner);
  const unheard = await watched('/unheard', owner);
  stage.receiver.answer('/stuck', (response) => response.writeHead(500).end());
  await changeJob(stage, owner, { jobId, status: 'failed', version: 2 });
  await changeJob(stage, owner, { jobId: stuck.jobId, status: 'failed', version: 2 });
  await settled(stage, owner, jobId, { status: 'delivered' });
  await settled(stage, owner, stuck.jobId, { status: 'pending' });
  expect(await endJobUrls(stage)).toBe(0);
  stage.clock.advance(HOUR_MS + 60_000);
  await endJobUrls(stage);
  const shown = async (webhookId: string) =>
    (await stage.bus.request(getWebhookRpc, { ...owner, webhookId })).webhook?.url;
  expect(await shown(jobId)).toBeUndefined();
  expect(await shown(stuck.jobId)).toContain('/stuck');
  expect(await shown(unheard.jobId)).toContain('/unheard');
  const row = await stage.database.sql
    .selectFrom('webhooks.endpoints')
    .select('url')
    .where('id', '=', jobId)
    .executeTakeFirstOrThrow();
  expect(row.url).not.toContain(stage.receiver.url(''));
  expect(await deliveriesOf(stage, owner, jobId)).toHaveLength(1);
  stage.clock.advance(24 * HOUR_MS);
  await endJobUrls(stage);
  expect(await shown(unheard.jobId)).toBeUndefined();
  await removeOld({ ...stage, config: { WEBHOOK_KEEP_DAYS: 30 } as never });
  expect(await deliveriesOf(stage, owner, jobId)).toHaveLength(1);
});
