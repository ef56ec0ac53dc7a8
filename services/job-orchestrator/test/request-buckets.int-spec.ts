import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { takeRequests } from '../src/requests/request-buckets';
import { SchedulingLab } from './scheduling';

let lab: SchedulingLab;
beforeAll(async () => {
  lab = await SchedulingLab.start();
});
afterAll(() => lab.stop());

const take = (provider: string, credentialId: string, wanted: number, reserve = 0): Promise<number> =>
  takeRequests(lab.database.sql, { provider, credentialId, wanted, reserve });
/** Moves the bucket into the past, which is the same as waiting. */
const elapse = (credentialId: string, seconds: number): Promise<unknown> =>
  lab.rows(sql`UPDATE jobs.request_buckets SET refilled_at = refilled_at - make_interval(secs => ${seconds})
    WHERE credential_id = ${credentialId}`);

it('gives all where no limit is known', async () => {
  expect(await take('animatic', newId(), 10_000)).toBe(10_000);
});

it("takes the catalogue's budget, and the operator's over it", async () => {
  expect(await take('kling', newId(), 1_000)).toBe(40);
  await lab.settings('kling', { requests_per_minute: 60, requests_burst: 7 });
  expect(await take('kling', newId(), 1_000)).toBe(7);
});

describe('five requests a minute, as MiniMax allows, with three replicas at it', () => {
  const provider = 'minimax';
  beforeAll(() => lab.settings(provider, { requests_per_minute: 5, requests_burst: 2 }));

  it('never gives more than the burst and what has been refilled', async () => {
    const key = newId();
    let given = 0;
    for (let second = 0; second <= 120; second += 10) {
      const asked = Array.from({ length: 9 }, () => take(provider, key, 2));
      given += (await Promise.all(asked)).reduce((sum, count) => sum + count, 0);
      // The burst, and one every twelve seconds; what real time has passed meanwhile is far below one.
      expect(given).toBeLessThanOrEqual(2 + Math.floor((second + 5) / 12));
      await elapse(key, 10);
    }
    expect(given).toBeGreaterThanOrEqual(11);
  });

  it('does not save up more than the burst', async () => {
    const key = newId();
    expect(await take(provider, key, 1)).toBe(1);
    await elapse(key, 86_400);
    expect(await take(provider, key, 100)).toBe(2);
    expect(await take(provider, key, 100)).toBe(0);
  });

  it('counts each key for itself', async () => {
    expect(await take(provider, newId(), 9)).toBe(2);
    expect(await take(provider, newId(), 9)).toBe(2);
  });
});

it('leaves what is reserved for those who ask without a reserve', async () => {
  await lab.settings('reserving', { requests_per_minute: 60, requests_burst: 10 });
  const key = newId();
  expect(await take('reserving', key, 100, 4)).toBe(6);
  expect(await take('reserving', key, 100, 4)).toBe(0);
  expect(await take('reserving', key, 3)).toBe(3);
});

it('gives back what a transaction took that did not commit', async () => {
  await lab.settings('rolling', { requests_per_minute: 1, requests_burst: 5 });
  const key = newId();
  const failed = lab.database.run(async (tx) => {
    await takeRequests(tx.sql, { provider: 'rolling', credentialId: key, wanted: 5 });
    throw new Error('never mind');
  });
  await expect(failed).rejects.toThrow('never mind');
  expect(await take('rolling', key, 5)).toBe(5);
});
