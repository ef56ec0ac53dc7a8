import { cancelJobRpc, deleteJobRpc, stopAllJobsRpc } from '@shotloom/contracts';
import { checkInvariants, getBalance } from '@shotloom/ledger';
import type { User } from './harness';
import { errorRecord, PRICE, succeeded, VendorHarness } from './vendor-harness';

jest.setTimeout(60_000);

let harness: VendorHarness;
beforeAll(async () => {
  harness = await VendorHarness.start();
});
afterAll(async () => {
  expect(await checkInvariants(harness.core.database.sql)).toEqual([]);
  await harness.stop();
});

const balance = (user: User) => getBalance(harness.core.database.sql, user.accountId);
const job = (user: User, jobId: string) => harness.core.job(user, jobId);
const until = (user: User, jobId: string, status: string) => harness.core.until(user, jobId, status);

describe('cancel and delete', () => {
  it('waits for the verdict once the vendor may have the task, and delivers what is fully paid', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    const { job: asked } = await harness.core.bus.request(cancelJobRpc, { userId: user.userId, jobId });
    expect(asked).toMatchObject({ status: 'submitted', conditions: ['cancelling'], creditsHeld: PRICE });
    await harness.seen(work, succeeded());
    await until(user, jobId, 'storing');
    await harness.stored(user, work);
    await until(user, jobId, 'completed');
    expect(await balance(user)).toMatchObject({ available: 0, held: 0 });
  });

  it('costs nothing where the vendor fails after all', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    await harness.core.bus.request(cancelJobRpc, { userId: user.userId, jobId });
    await harness.seen(work, { kind: 'failed', error: errorRecord({ retryable: true }), cost: null });
    await until(user, jobId, 'cancelled');
    expect(await balance(user)).toMatchObject({ available: PRICE, held: 0 });
    expect(harness.core.work.filter((offer) => offer.jobId === jobId)).toHaveLength(1);
  });

  it('ends one way when cancel and completion race', async () => {
    const ends = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const user = await harness.core.user(PRICE);
        const { jobId, work } = await harness.atVendor(user);
        const cancel = harness.core.bus
          .request(cancelJobRpc, { userId: user.userId, jobId })
          .catch(() => undefined);
        await Promise.all([cancel, harness.seen(work, succeeded())]);
        await until(user, jobId, 'storing');
        await harness.stored(user, work);
        await until(user, jobId, 'completed');
        return balance(user);
      }),
    );
    expect(ends).toEqual(ends.map(() => ({ available: 0, held: 0 })));
  });

  it('removes a video that comes for a deleted job, and the ledger agrees', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    await harness.core.bus.request(deleteJobRpc, { userId: user.userId, jobId });
    await harness.seen(work, succeeded());
    await harness.attemptIs(jobId, 'storing');
    await harness.stored(user, work);
    await harness.attemptIs(jobId, 'stored');
    expect(await balance(user)).toMatchObject({ available: 0, held: 0 });
  });

  it('stops everything that is queued or running, of one user alone', async () => {
    const [user, other] = [await harness.core.user(10 * PRICE), await harness.core.user(PRICE)];
    await Promise.all(Array.from({ length: 6 }, () => harness.accept(user)));
    const { jobId: running1 } = await harness.atVendor(other);
    const answer = await harness.core.bus.request(stopAllJobsRpc, { userId: user.userId });
    expect(answer.cancelled + answer.cancelling).toBe(6);
    expect((await job(other, running1)).conditions).toEqual([]);
  });
});
