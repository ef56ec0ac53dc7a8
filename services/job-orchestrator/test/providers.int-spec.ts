import { sql } from 'kysely';
import {
  catalogueChangedV1,
  catalogueRpc,
  credentialChangedRpc,
  credentialSpendRpc,
  credentialUseRpc,
  listProvidersRpc,
  MODELS,
  setProviderLimitsRpc,
  spendRpc,
  subjects,
  type ModelSpec,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { recordOutcomes } from '../src/breaker/breakers';
import { errorRecord, running, succeeded, VendorHarness } from './vendor-harness';
import { VIDEO, type User } from './harness';

let harness: VendorHarness;
let user: User;
beforeEach(async () => {
  harness = await VendorHarness.start();
  user = await harness.core.user(1_000);
});
afterEach(() => harness.stop());

const kling = async () => {
  const { providers } = await harness.core.bus.request(listProvidersRpc, {});
  const found = providers.find(({ provider }) => provider === 'kling');
  if (!found) throw new Error('kling is not listed');
  return found;
};
const credentialId = (): string => harness.credentials[0]?.id ?? '';

it('tells how providers do: what waits, runs, fails and why nothing starts', async () => {
  harness.vendor = () => running();
  await harness.atVendor(user);
  expect(await kling()).toMatchObject({
    waiting: 0,
    inFlight: 1,
    errorRate: null,
    pausedReason: null,
    breakers: [],
  });
  const { jobId } = await harness.accept(user);
  const work = await harness.core.offered(jobId);
  await harness.refused(work, await harness.begun(work), errorRecord());
  await waitFor(async () => (await kling()).errorRate === 1, { what: 'the failure to be counted' });
  await harness.core.database.run((tx) =>
    recordOutcomes(tx.sql, {
      provider: 'kling',
      credentialId: credentialId(),
      outages: 0,
      successes: 0,
      refusal: 'provider_auth_failed',
    }),
  );
  await harness.accept(user);
  await waitFor(async () => (await kling()).waitingReason === 'breaker_open', {
    what: 'the breaker to be told',
  });
  expect(await kling()).toMatchObject({
    waiting: 1,
    breakers: [
      {
        credentialId: credentialId(),
        state: 'open',
        reason: 'provider_auth_failed',
        retryAt: expect.stringMatching(/Z$/) as string,
      },
    ],
  });
});

it('starts attempts at once under a key that was renewed, and not under one that was only touched', async () => {
  await harness.core.database.run((tx) =>
    recordOutcomes(tx.sql, {
      provider: 'kling',
      credentialId: credentialId(),
      outages: 0,
      successes: 0,
      refusal: 'provider_auth_failed',
    }),
  );
  const { jobId } = await harness.accept(user);
  await waitFor(async () => (await kling()).waitingReason === 'breaker_open', { what: 'the job to wait' });
  const change = { provider: 'kling', credentialId: credentialId(), ownerUserId: null };
  await harness.core.bus.request(credentialChangedRpc, { ...change, renewed: false });
  expect((await kling()).breakers).toHaveLength(1);
  await harness.core.bus.request(credentialChangedRpc, { ...change, renewed: true });
  await harness.core.offered(jobId);
  expect((await kling()).breakers).toEqual([]);
});

it("runs a job on its user's own key only, as soon as there is one", async () => {
  const { jobId, ownKey } = await harness.accept(user, {
    price: { credits: 0, version: 'own-key:0', ownKey: true },
  });
  expect(ownKey).toBe(true);
  await harness.atVendor(await harness.core.user(100));
  expect(await harness.core.attempts(jobId)).toEqual([]);
  const own = { id: newId(), version: 1, ownerUserId: user.userId, enabled: true, concurrency: null };
  harness.credentials.push(own);
  await harness.core.bus.request(credentialChangedRpc, {
    ...{ provider: 'kling', credentialId: own.id, ownerUserId: user.userId, renewed: true },
  });
  const work = await harness.core.offered(jobId);
  expect(await harness.core.attempts(jobId)).toMatchObject([{ credential_id: own.id, own_key: true }]);
  await harness.submitted(work, await harness.begun(work));
  await harness.attemptIs(jobId, 'submitted');
  await harness.quiet(work);
  await harness.seen(work, succeeded());
  await harness.attemptIs(jobId, 'storing');
  await harness.stored(user, work);
  await harness.core.until(user, jobId, 'completed');
  // The vendor's bill is the user's own, and is counted for the user's own key.
  expect(await harness.transfers(jobId)).toEqual([]);
  await waitFor(async () => (await spentBy(own.id)).dayMicros === 210_000, {
    what: 'what the vendor took to be counted',
  });
});

const spentBy = async (id: string) => {
  const { credentials } = await harness.core.bus.request(credentialSpendRpc, { credentialIds: [id] });
  return credentials[0] ?? { dayMicros: -1 };
};

it('counts what jobs cost at the vendor, and knows which keys are needed still', async () => {
  await harness.atVendor(user);
  const today = new Date().toISOString().slice(0, 10);
  const { rows } = await harness.core.bus.request(spendRpc, { by: 'model', from: today, to: today });
  expect(rows).toEqual([
    { key: 'kling:kling-2.6', micros: expect.any(Number) as number, attempts: 1, delivered: 0 },
  ]);
  expect(rows[0]?.micros).toBeGreaterThan(0);
  const used = { id: credentialId(), version: 1 };
  const asked = { credentials: [used, { id: used.id, version: 2 }, { id: newId(), version: 1 }] };
  expect(await harness.core.bus.request(credentialUseRpc, asked)).toEqual({ used: [used] });
});

it('keeps what an operator says of limits, part by part', async () => {
  const set = async (limits: object) =>
    (await harness.core.bus.request(setProviderLimitsRpc, { provider: 'kling', limits })).limits;
  expect(await set({ concurrency: 7, models: { 'kling:kling-3.0': 2 } })).toMatchObject({
    concurrency: 7,
    models: { 'kling:kling-3.0': 2 },
  });
  expect(await set({ requestsPerMinute: 60, requestsBurst: 5 })).toMatchObject({
    concurrency: 7,
    requestsPerMinute: 60,
  });
  expect(await set({ createsPerMinute: 20 })).toMatchObject({ requestsPerMinute: 60, createsPerMinute: 20 });
  expect(await set({ concurrency: null, models: { 'kling:kling-3.0': null } })).toMatchObject({
    concurrency: null,
    models: {},
  });
  await expect(set({ requestsBurst: null })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(
    harness.core.bus.request(setProviderLimitsRpc, { provider: 'klinng', limits: { concurrency: 1 } }),
  ).rejects.toMatchObject({ code: 'not_found' });
  expect((await kling()).limits).toMatchObject({
    ...{ requestsPerMinute: 60, requestsBurst: 5, createsPerMinute: 20 },
  });
  expect(await set({ createsPerMinute: null })).toMatchObject({ requestsBurst: 5, createsPerMinute: null });
});

it('makes videos with a model that the gateway has added, the moment it is there', async () => {
  const [animatic] = MODELS as [ModelSpec];
  const added: ModelSpec = {
    ...animatic,
    id: 'animatic:animatic-2',
    execution: { ...animatic.execution, max_attempts: 9 },
  };
  const request = { ...VIDEO, model: added.id };
  await expect(harness.core.accept(user, { request })).rejects.toMatchObject({ code: 'not_found' });
  harness.core.bus.respond(catalogueRpc, async () => ({ models: [...MODELS, added] }));
  const { jobId } = await harness.core.accept(user, { request });
  await harness.core.offered(jobId);
  const { rows } = await sql`SELECT model, max_attempts FROM jobs.jobs WHERE job_id = ${jobId}`.execute(
    harness.core.database.sql,
  );
  expect(rows).toEqual([{ model: added.id, max_attempts: 9 }]);
  harness.core.bus.emit(
    catalogueChangedV1,
    { model: added.id },
    { subject: subjects.catalogueChanged, correlationId: newId() },
  );
});
