import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { listDead } from '@shotloom/bus';
import { probeImage } from '@shotloom/media-tools';
import { openObjectStore } from '@shotloom/object-store';
import { samplePath, waitFor } from '@shotloom/testing';
import type { VendorAdapter } from '@shotloom/provider-kit';
import { fakeRequest, sample, setStage, type Stage } from './support/vendor-stage';

jest.setTimeout(60_000);

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.stop());

/** The adapter with one method of the test's own. */
const withSubmit = (submit: VendorAdapter['submit']): VendorAdapter =>
  Object.assign(Object.create(stage.adapter) as VendorAdapter, { submit });
const atTheVendor = (): Promise<number> =>
  waitFor(() => stage.vendor.creates, { what: 'a create at the vendor' });

it('sends once, with the pinned key and the input inline, reports, and only then acks', async () => {
  const { orchestra, vendor } = stage;
  await orchestra.worker(stage.adapter, { metrics: stage.metrics });
  const attemptId = await orchestra.submit();
  const [report] = await orchestra.reported();
  expect(report).toEqual({
    type: 'attempt.submitted.v1',
    id: `${attemptId}:1:submitted`,
    correlationId: 'job',
    payload: {
      ...{ attemptId, fence: 1, vendorTaskId: 'v-1', externalTaskId: attemptId },
      ...{ adopted: false, notes: ['A note.'] },
    },
  });
  const picture = Buffer.from('a picture').toString('base64');
  expect(vendor.created).toEqual([{ id: 'v-1', externalId: attemptId, key: 'good-old-key', picture }]);
  await orchestra.isSpent();
  const calls = 'shotloom_vendor_calls_total';
  expect(await sample(stage, calls, ['verb="submit"', 'outcome="ok"'])).toBe(1);
  expect(await sample(stage, 'shotloom_vendor_submits_total', ['outcome="submitted"'])).toBe(1);
  expect(await sample(stage, 'shotloom_vendor_calls_in_flight', ['verb="submit"'])).toBe(0);
});

it('gives the vendor an address instead of the bytes where there is one', async () => {
  await stage.orchestra.worker(stage.adapter, { mediaUrl: async (key) => `https://media/${key}` });
  await stage.orchestra.submit();
  await stage.orchestra.reported();
  expect(stage.vendor.created).toMatchObject([{ picture: 'https://media/assets/picture' }]);
});

describe('a picture that has to be made for the vendor', () => {
  const fit = { width: 400, height: 300, contentType: 'image/jpeg', maxBytes: 100_000 } as const;
  let tempBase: string;
  beforeEach(async () => {
    tempBase = await mkdtemp(join(tmpdir(), 'vendor-submit-'));
    const { store, grant } = stage.orchestra;
    const body = createReadStream(samplePath('coffee.png'));
    await store.put('assets/coffee', body, { contentType: 'image/png' });
    const input = {
      role: 'image',
      assetId: 'a',
      objectKey: 'assets/coffee',
      contentType: 'image/png',
    } as const;
    Object.assign(grant, { request: { ...fakeRequest, inputs: [{ ...input, fit }] } });
  });
  afterEach(() => rm(tempBase, { recursive: true }));
  /** Below the folder of the process. */
  const leftovers = async (): Promise<string[]> =>
    (await readdir(tempBase, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  it('goes inline, the same each time, and leaves nothing behind', async () => {
    const { orchestra, vendor } = stage;
    await orchestra.worker(stage.adapter, { tempBase });
    await orchestra.submit();
    await orchestra.submit();
    await orchestra.reported(2);
    const [one, two] = vendor.created.map((created) => Buffer.from(created.picture, 'base64'));
    expect(await probeImage(one ?? Buffer.alloc(0))).toMatchObject({
      format: 'jpeg',
      width: 400,
      height: 300,
    });
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
    await orchestra.isSpent();
    expect(await leftovers()).toEqual([]);
  });

  it('goes by an address of its own beside the results of the attempt', async () => {
    const { orchestra, vendor } = stage;
    await orchestra.worker(stage.adapter, { tempBase, mediaUrl: async (key) => `https://media/${key}` });
    const attemptId = await orchestra.submit();
    await orchestra.reported();
    const key = `attempts/${attemptId}/input-0.jpeg`;
    expect(vendor.created).toMatchObject([{ picture: `https://media/${key}` }]);
    expect(await orchestra.store.stat(key)).toMatchObject({ contentType: 'image/jpeg' });
  });

  it('is refused before anything is sent where it cannot be made', async () => {
    const { orchestra, vendor } = stage;
    await orchestra.store.put('assets/coffee', Readable.from(['no picture']), { contentType: 'image/png' });
    await orchestra.worker(stage.adapter, { tempBase });
    await orchestra.submit();
    const [report] = await orchestra.reported();
    expect(report).toMatchObject({
      type: 'attempt.refused.v1',
      payload: { error: { code: 'media_invalid', retryable: false } },
    });
    expect(vendor.creates).toBe(0);
    await orchestra.isSpent();
    expect(await leftovers()).toEqual([]);
  });
});

it('never sends what comes again, whatever became of the first time', async () => {
  const { orchestra, vendor } = stage;
  vendor.mood = 'hold';
  await orchestra.worker(stage.adapter);
  const attemptId = await orchestra.submit();
  await atTheVendor();
  await orchestra.submit(attemptId);
  await waitFor(() => orchestra.begins.length === 2, { what: 'the second question' });
  vendor.release();
  await orchestra.reported();
  await orchestra.isSpent();
  expect(vendor.creates).toBe(1);
  expect(orchestra.reports).toHaveLength(1);
});

it.each(['ended', 'cancelled', 'begun'] as const)('does nothing where the attempt is %s', async (reason) => {
  stage.orchestra.refusal = reason;
  await stage.orchestra.worker(stage.adapter);
  await stage.orchestra.submit();
  await stage.orchestra.isSpent();
  expect(stage.orchestra.begins).toHaveLength(1);
  expect(stage.vendor.creates).toBe(0);
});

it('buries a message whose attempt nobody knows', async () => {
  stage.orchestra.refusal = 'unknown_attempt';
  await stage.orchestra.worker(stage.adapter);
  const attemptId = await stage.orchestra.submit();
  await stage.orchestra.isSpent();
  const dead = await waitFor(async () => (await listDead(stage.orchestra.bus, { limit: 1 })).at(0), {
    what: 'a grave',
  });
  expect(dead.reason).toContain(attemptId);
});

it('tells a refusal of the vendor as it is', async () => {
  stage.vendor.mood = 'refuse';
  await stage.orchestra.worker(stage.adapter);
  const attemptId = await stage.orchestra.submit();
  const [report] = await stage.orchestra.reported();
  expect(report).toMatchObject({
    type: 'attempt.refused.v1',
    id: `${attemptId}:1:refused`,
    payload: { error: { code: 'provider_rate_limited', retryable: true, outcome: 'refused' } },
  });
});

it('calls a lost answer uncertain, and leaves it at that', async () => {
  stage.vendor.mood = 'cut';
  await stage.orchestra.worker(stage.adapter);
  const attemptId = await stage.orchestra.submit();
  const [report] = await stage.orchestra.reported();
  expect(report).toMatchObject({
    type: 'attempt.uncertain.v1',
    id: `${attemptId}:1:uncertain`,
    payload: { error: { code: 'submit_unknown', outcome: 'unknown', retryable: false } },
  });
  await stage.orchestra.isSpent();
  expect(stage.vendor.creates).toBe(1);
});

it('calls a mistake of our own during the call uncertain, without the key in its words', async () => {
  const submit = async () => Promise.reject(new TypeError('good-old-key is not a function'));
  await stage.orchestra.worker(withSubmit(submit));
  await stage.orchestra.submit();
  const [report] = await stage.orchestra.reported();
  expect(report).toMatchObject({
    type: 'attempt.uncertain.v1',
    payload: { error: { code: 'submit_unknown' } },
  });
  expect(JSON.stringify(report)).not.toContain('good-old-key');
});

it('waits no longer than the fence allows, even for an adapter that does not come back', async () => {
  stage.orchestra.grant = { sendSeconds: 1 };
  await stage.orchestra.worker(withSubmit(() => new Promise(() => undefined)));
  const from = performance.now();
  await stage.orchestra.submit();
  const [report] = await stage.orchestra.reported();
  expect(report?.type).toBe('attempt.uncertain.v1');
  expect(performance.now() - from).toBeLessThan(5_000);
});

it('refuses, retryably, where the key is gone', async () => {
  stage.orchestra.grant = { credential: { id: 'key', version: 7 } };
  await stage.orchestra.worker(stage.adapter);
  await stage.orchestra.submit();
  const [report] = await stage.orchestra.reported();
  expect(report).toMatchObject({
    type: 'attempt.refused.v1',
    payload: {
      error: { code: 'provider_auth_failed', retryable: true, outcome: 'refused', provider: 'fake' },
    },
  });
  expect(stage.vendor.creates).toBe(0);
});

it('refuses where the input is gone', async () => {
  await stage.orchestra.store.remove('assets/picture');
  await stage.orchestra.worker(stage.adapter);
  await stage.orchestra.submit();
  const [report] = await stage.orchestra.reported();
  expect(report).toMatchObject({ type: 'attempt.refused.v1', payload: { error: { code: 'not_found' } } });
});

it('refuses, retryably, while the store is away', async () => {
  const away = { kind: 's3', endpoint: 'http://127.0.0.1:1', bucket: 'shotloom' } as const;
  const objectStore = openObjectStore({ ...away, accessKey: 'access', secretKey: 'secret-key' });
  await stage.orchestra.worker(stage.adapter, { objectStore });
  await stage.orchestra.submit();
  const [report] = await stage.orchestra.reported();
  expect(report).toMatchObject({
    type: 'attempt.refused.v1',
    payload: { error: { code: 'unavailable', retryable: true, outcome: 'refused' } },
  });
  expect(stage.vendor.creates).toBe(0);
});

it('asks for a key once, and for a newer version when an attempt is pinned to it', async () => {
  const { orchestra, vendor } = stage;
  const newer = { id: 'key', version: 2 };
  orchestra.secrets.set('key:2', { ...newer, fields: { key: 'good-new-key' }, baseUrl: null });
  await orchestra.worker(stage.adapter);
  await orchestra.submit();
  await orchestra.reported(1);
  await orchestra.submit();
  await orchestra.reported(2);
  expect(orchestra.secretsAsked).toBe(1);
  orchestra.grant = { credential: newer };
  await orchestra.submit();
  await orchestra.reported(3);
  expect(vendor.created.map(({ key }) => key)).toEqual(['good-old-key', 'good-old-key', 'good-new-key']);
});

it('reports once NATS is back, if it was away when the vendor answered', async () => {
  const { orchestra, vendor } = stage;
  vendor.mood = 'hold';
  await orchestra.worker(stage.adapter);
  const attemptId = await orchestra.submit();
  await atTheVendor();
  const restarted = orchestra.nats.restart();
  vendor.release();
  await restarted;
  const reports = await orchestra.reported();
  expect(reports).toMatchObject([{ type: 'attempt.submitted.v1', payload: { attemptId } }]);
  // The message may come again, since it could not be acked in time: it is spent without a second create.
  await orchestra.isSpent();
  expect(vendor.creates).toBe(1);
  expect(orchestra.reports).toHaveLength(1);
});

it('lets a send under way finish when it stops, begins nothing new, and leaves the rest to others', async () => {
  const { orchestra, vendor } = stage;
  vendor.mood = 'hold';
  const first = await orchestra.worker(stage.adapter, { submitConcurrency: 1 });
  await orchestra.submit();
  await atTheVendor();
  const later = await orchestra.submit();
  const stopped = first.stop();
  await expect(Promise.race([stopped, delay(300, 'still waiting')])).resolves.toBe('still waiting');
  vendor.mood = 'take';
  vendor.release();
  await stopped;
  expect(orchestra.reports.map(({ type }) => type)).toEqual(['attempt.submitted.v1']);

  await orchestra.worker(stage.adapter);
  const reports = await orchestra.reported(2);
  expect(reports[1]).toMatchObject({ type: 'attempt.submitted.v1', payload: { attemptId: later } });
});

it('reports a send that does not finish in time as uncertain when it stops', async () => {
  const { orchestra, vendor } = stage;
  vendor.mood = 'hold';
  const worker = await orchestra.worker(stage.adapter, { stopGraceMs: 200 });
  await orchestra.submit();
  await atTheVendor();
  const from = performance.now();
  await worker.stop();
  expect(performance.now() - from).toBeLessThan(5_000);
  const [report] = await orchestra.reported();
  expect(report).toMatchObject({
    type: 'attempt.uncertain.v1',
    payload: { error: { code: 'submit_unknown' } },
  });
  await orchestra.isSpent();
});
