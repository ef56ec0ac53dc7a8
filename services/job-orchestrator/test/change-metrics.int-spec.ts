import { newId } from '@shotloom/kernel';
import { cancelJobRpc, createDraftsRpc, runDraftsRpc } from '@shotloom/contracts';
import { getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import type { User } from './harness';
import { errorRecord, KLING, PRICE, running, succeeded, VendorHarness } from './vendor-harness';

jest.setTimeout(60_000);

let harness: VendorHarness;
let user: User;
beforeEach(async () => {
  harness = await VendorHarness.start();
  user = await harness.core.user(1_000);
});
afterEach(() => harness.stop());

/** Sum of a metric's samples with these labels, as they are shown. */
async function shown(name: string, labels: Record<string, string> = {}): Promise<number> {
  const metric = harness.core.registries[0]?.getSingleMetric(name);
  if (!metric) throw new Error(`There is no metric ${name}.`);
  const { values } = await metric.get();
  return values
    .filter((value) => !('metricName' in value) || value.metricName === `${name}_count`)
    .filter((value) => Object.entries(labels).every(([key, wanted]) => String(value.labels[key]) === wanted))
    .reduce((sum, { value }) => sum + value, 0);
}

/** A commit is counted right after it, which may be a moment after its effect can be read. */
const counts = (name: string, labels: Record<string, string>, wanted: number) =>
  waitFor(async () => (await shown(name, labels)) === wanted, { what: `${name} to be ${wanted}` });

const credits = async () => ({
  held: await shown('shotloom_credits_held_total', { provider: 'kling' }),
  captured: await shown('shotloom_credits_captured_total', { provider: 'kling' }),
  released: await shown('shotloom_credits_released_total', { provider: 'kling' }),
});

it('counts a job that is delivered: its credits, its end, its times', async () => {
  const { jobId, work } = await harness.atVendor(user);
  await harness.seen(work, running());
  await harness.seen(work, succeeded());
  await harness.core.until(user, jobId, 'storing');
  expect(await credits()).toEqual({ held: PRICE, captured: 0, released: 0 });
  await harness.stored(user, work);
  await counts('shotloom_jobs_ended_total', { provider: 'kling', outcome: 'completed', code: 'none' }, 1);
  expect(await credits()).toEqual({ held: PRICE, captured: PRICE, released: 0 });
  expect(await shown('shotloom_jobs_accepted_total', { provider: 'kling' })).toBe(1);
  expect(await shown('shotloom_attempts_ended_total', { outcome: 'stored', code: 'none' })).toBe(1);
  expect(await shown('shotloom_vendor_cost_total', { provider: 'kling', unit: 'kling_unit' })).toBe(1.5);
  for (const state of ['queued', 'processing', 'storing']) {
    expect(await shown('shotloom_job_state_seconds', { provider: 'kling', state })).toBe(1);
  }
  expect(await shown('shotloom_job_overhead_seconds', { provider: 'kling' })).toBe(1);
});

it('counts what is stored twice, and reported twice, once', async () => {
  const { jobId, work } = await harness.atVendor(user);
  await harness.seen(work, succeeded());
  await harness.core.until(user, jobId, 'storing');
  await Promise.all([
    harness.stored(user, work),
    harness.stored(user, work),
    harness.seen(work, succeeded()),
  ]);
  await counts('shotloom_attempt_reports_total', { type: 'media.stored.v1' }, 2);
  expect(await shown('shotloom_jobs_ended_total')).toBe(1);
  expect(await credits()).toEqual({ held: PRICE, captured: PRICE, released: 0 });
});

it('counts failures by their code, and what is given back', async () => {
  const { jobId } = await harness.accept(user);
  const work = await harness.core.offered(jobId);
  const fence = await harness.begun(work);
  await harness.refused(work, fence, errorRecord({ code: 'content_rejected' }));
  const labels = { provider: 'kling', outcome: 'failed', code: 'content_rejected' };
  await counts('shotloom_jobs_ended_total', labels, 1);
  expect(await shown('shotloom_attempts_ended_total', labels)).toBe(1);
  expect(await credits()).toEqual({ held: PRICE, captured: 0, released: PRICE });
  expect(await shown('shotloom_job_state_seconds', { state: 'storing' })).toBe(0);
  expect(await shown('shotloom_job_overhead_seconds')).toBe(0);
});

it('counts the same as the ledger says, whatever becomes of the jobs', async () => {
  const { jobId: lost, work } = await harness.atVendor(user);
  const { jobId: cancelled } = await harness.accept(user);
  await harness.core.bus.request(cancelJobRpc, { userId: user.userId, jobId: cancelled });
  const refused = harness.accept(await harness.core.user(PRICE - 1));
  await expect(refused).rejects.toMatchObject({ code: 'insufficient_credits' });
  await harness.seen(work, { kind: 'failed', error: errorRecord(), cost: null });
  await harness.core.until(user, lost, 'failed');
  await harness.accept(user);
  await counts('shotloom_jobs_accepted_total', { provider: 'kling' }, 3);
  await counts('shotloom_jobs_ended_total', {}, 2);
  const { held, captured, released } = await credits();
  const balance = await getBalance(harness.core.database.sql, user.accountId);
  expect(balance).toMatchObject({
    available: 1_000 - captured - balance.held,
    held: held - captured - released,
  });
});

it('counts a draft when it is run, and never one that is not', async () => {
  const draft = { request: KLING, price: { credits: PRICE, version: '2026-11-22' }, metadata: {} };
  const { jobIds } = await harness.core.bus.request(createDraftsRpc, {
    ...{ ...user, idempotency: null, weight: 1 },
    drafts: [{ ...draft, jobIds: [newId(), newId()] }],
  });
  const [run = '', left = ''] = jobIds;
  const { idempotency, weight, budgets, limits } = harness.core.request(user);
  await harness.core.bus.request(runDraftsRpc, {
    ...{ ...user, idempotency, weight, budgets, limits, setId: newId(), maxConcurrent: 1 },
    items: [{ jobId: run, price: draft.price }],
  });
  await counts('shotloom_jobs_accepted_total', { provider: 'kling' }, 1);
  expect(await credits()).toEqual({ held: PRICE, captured: 0, released: 0 });
  for (const jobId of [left, run]) {
    await harness.core.bus.request(cancelJobRpc, { userId: user.userId, jobId });
  }
  await counts('shotloom_credits_released_total', { provider: 'kling' }, PRICE);
  expect(await shown('shotloom_jobs_ended_total')).toBe(1);
});

it('tells how far the consumers are, and nothing of users', async () => {
  await harness.atVendor(user);
  const text = (await harness.core.registries[0]?.metrics()) ?? '';
  expect(text).toMatch(/shotloom_bus_pending_messages\{[^}]*durable="kling-submit"[^}]*\} \d/);
  expect(text).toMatch(/shotloom_bus_oldest_age_seconds\{[^}]*stream="ATTEMPTS"/);
  expect(text).toMatch(/shotloom_vendor_request_limit_per_second\{[^}]*provider="kling"[^}]*\} [\d.]+/);
  expect(text).not.toContain(user.userId);
  expect(text).not.toContain(user.accountId);
});
