import { sql } from 'kysely';
import type { VendorOutcome } from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';
import type { User } from './harness';
import { errorRecord, running, succeeded, VendorHarness } from './vendor-harness';

jest.setTimeout(60_000);

let harness: VendorHarness;
let user: User;
beforeAll(async () => {
  harness = await VendorHarness.start();
  user = await harness.core.user(10_000);
});
afterAll(() => harness.stop());

interface Counted {
  reserved: number;
  spent: number;
}

const numbers = async (jobId: string): Promise<Counted | undefined> => {
  const { rows } = await sql<Counted>`
    SELECT attempt.vendor_micros AS reserved, spend.micros AS spent FROM jobs.attempts AS attempt
    JOIN jobs.spend AS spend ON spend.credential_id = attempt.credential_id AND spend.day = attempt.spend_day
      AND spend.model = attempt.model
    WHERE attempt.job_id = ${jobId} AND NOT attempt.holds_slot`.execute(harness.core.database.sql);
  return rows[0];
};

/** A job that was given up, whose slot was taken back and whose cost was counted as it was reserved. */
async function givenUp() {
  harness.vendor = () => running();
  const { jobId, work } = await harness.atVendor(user);
  await harness.makeDue(jobId, 'deadline_at', 'hard_limit_at');
  const isLooked = (): boolean => harness.polls.some(({ attemptId }) => attemptId === work.attemptId);
  await waitFor(isLooked, { what: 'the last look' });
  await harness.makeDue(jobId);
  await harness.core.until(user, jobId, 'failed');
  const counted = await waitFor(() => numbers(jobId), { what: 'the slot to be taken back' });
  expect(counted.reserved).toBeGreaterThan(0);
  return { jobId, work, counted };
}

const failed = (cost: { amount: string; unit: string } | null, chargeable: boolean): VendorOutcome => ({
  kind: 'failed',
  error: { ...errorRecord({ code: 'provider_failed' }), chargeable },
  cost,
});

it.each<[string, VendorOutcome, number | null]>([
  ['a video with its cost', { ...succeeded(), cost: { amount: '0.05', unit: 'usd' } }, 50_000],
  ['a failure that was billed', failed({ amount: '0.02', unit: 'usd' }, true), 20_000],
  ['a failure that was not', failed(null, false), 0],
  ['a failure that says nothing of money', failed(null, true), null],
])('what comes after the end corrects what was spent, once: %s', async (_, outcome, micros) => {
  const { jobId, work, counted } = await givenUp();
  for (const pollNo of [90, 91]) await harness.seen(work, outcome, pollNo);
  const after = counted.spent + (micros === null ? 0 : micros - counted.reserved);
  const reserved = micros ?? counted.reserved;
  await waitFor(async () => (await numbers(jobId))?.spent === after, { what: 'the spend to be corrected' });
  expect(await numbers(jobId)).toEqual({ reserved, spent: after });
});
