import { newId } from '@shotloom/kernel';
import { attemptRefRpc } from '@shotloom/contracts';
import { succeeded, VendorHarness } from './vendor-harness';

jest.setTimeout(60_000);

let harness: VendorHarness;
beforeAll(async () => {
  harness = await VendorHarness.start();
});
afterAll(() => harness.stop());

const refOf = async (attemptId: string, provider = 'kling') =>
  (await harness.core.bus.request(attemptRefRpc, { attemptId, provider })).attempt?.task;

it('answers about the attempt that a callback names, whatever others there are', async () => {
  const user = await harness.core.user(10_000);
  const ended = await harness.atVendor(user);
  await harness.seen(ended.work, succeeded());
  await harness.attemptIs(ended.jobId, 'storing');
  await harness.stored(user, ended.work);
  await harness.attemptIs(ended.jobId, 'stored');
  const open = await harness.atVendor(user);
  for (const { work } of [ended, open]) {
    const { attemptId } = work;
    const ids = { attemptId, externalTaskId: attemptId, vendorTaskId: `v-${attemptId}` };
    expect(await refOf(attemptId)).toMatchObject(ids);
  }
  expect(await refOf(newId())).toBeUndefined();
  expect(await refOf(open.work.attemptId, 'animatic')).toBeUndefined();
});

it('knows nothing of an attempt that was never sent: nobody can have news of it', async () => {
  const { jobId } = await harness.accept(await harness.core.user(10_000));
  const { attemptId } = await harness.core.offered(jobId);
  expect(await refOf(attemptId)).toBeUndefined();
});
