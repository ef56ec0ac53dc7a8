import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { AppError } from '@shotloom/kernel';
import { createMetrics } from '@shotloom/service-kit';
import { waitFor } from '@shotloom/testing';
import type { RenderResult, RenderTask } from '@shotloom/provider-kit';
import { Orchestra } from './support/orchestra';

jest.setTimeout(60_000);

let orchestra: Orchestra;
beforeEach(async () => {
  orchestra = await Orchestra.start();
});
afterEach(() => orchestra.stop());

/** Leaves a film and tells what it saw. */
const quick = async (task: RenderTask): Promise<RenderResult> => {
  const path = join(task.workDir, 'film.mp4');
  await writeFile(path, 'a film');
  task.report(0.5, 'Half way');
  return { path, contentType: 'video/mp4', label: 'drawn' };
};

/** Renders until it is stopped. */
const endless =
  (tasks: RenderTask[]) =>
  async (task: RenderTask): Promise<RenderResult> => {
    tasks.push(task);
    if (!task.signal.aborted) await once(task.signal, 'abort');
    throw new Error('stopped as asked');
  };

const started = (tasks: RenderTask[]): Promise<RenderTask> =>
  waitFor(() => tasks[0], { what: 'a render under way' });

it('renders, stores, reports under the fence, and only then acks', async () => {
  const seen: { input: string; workDir: string }[] = [];
  await orchestra.worker(async (task) => {
    const input = task.inputs[0]?.path ?? '';
    seen.push({ input: await readFile(input, 'utf8'), workDir: task.workDir });
    return quick(task);
  });
  const attemptId = await orchestra.submit();
  const [report] = await orchestra.reported();
  const sha256 = createHash('sha256').update('a film').digest('hex');
  const key = `attempts/${attemptId}/1.mp4`;
  expect(report).toMatchObject({
    type: 'attempt.succeeded.v1',
    id: `${attemptId}:1:succeeded`,
    correlationId: 'job',
    payload: {
      attemptId,
      fence: 1,
      label: 'drawn',
      result: { kind: 'object', key, contentType: 'video/mp4', sizeBytes: 6, sha256 },
    },
  });
  expect((await buffer((await orchestra.store.get(key)).body)).toString()).toBe('a film');
  expect(seen[0]?.input).toBe('a picture');
  await waitFor(() => !existsSync(seen[0]?.workDir ?? '/'), { what: 'the folder to be removed' });
  await orchestra.workIsSpent();
});

it('does nothing where the fence refuses', async () => {
  orchestra.begin = () => ({ granted: false, reason: 'ended' });
  const tasks: RenderTask[] = [];
  await orchestra.worker(endless(tasks));
  await orchestra.submit();
  await orchestra.workIsSpent();
  expect(orchestra.begins).toHaveLength(1);
  expect(tasks).toHaveLength(0);
  expect(orchestra.reports).toHaveLength(0);
});

it('reports the typed error of an engine', async () => {
  await orchestra.worker(async () => {
    throw new AppError('media_invalid', 'The picture is torn.', { details: { line: 3 } });
  });
  const attemptId = await orchestra.submit();
  const [report] = await orchestra.reported();
  expect(report).toMatchObject({
    type: 'attempt.failed.v1',
    payload: {
      attemptId,
      fence: 1,
      error: { code: 'media_invalid', message: 'The picture is torn.', retryable: false, provider: 'drawer' },
    },
  });
  await orchestra.workIsSpent();
});

it('reports an input that is gone', async () => {
  await orchestra.store.remove('assets/picture');
  await orchestra.worker(quick);
  await orchestra.submit();
  const [report] = await orchestra.reported();
  expect(report?.payload).toMatchObject({ error: { code: 'not_found' } });
});

it('refuses an input above the limit', async () => {
  await orchestra.worker(quick, { maxInputBytes: 5 });
  await orchestra.submit();
  const [report] = await orchestra.reported();
  expect(report?.payload).toMatchObject({ error: { code: 'payload_too_large', retryable: false } });
});

it('stops when told to cancel, and says that it has', async () => {
  orchestra.begin = () => orchestra.grant({ leaseSeconds: 2 });
  orchestra.renew = () => ({ verdict: 'cancel' });
  const tasks: RenderTask[] = [];
  await orchestra.worker(endless(tasks));
  const attemptId = await orchestra.submit();
  const [report] = await orchestra.reported();
  expect(report).toMatchObject({ type: 'attempt.cancelled.v1', payload: { attemptId, fence: 1 } });
  await orchestra.workIsSpent();
  expect(existsSync(tasks[0]?.workDir ?? '/')).toBe(false);
});

it('stops in silence when the lease is lost', async () => {
  orchestra.begin = () => orchestra.grant({ leaseSeconds: 2 });
  orchestra.renew = () => ({ verdict: 'lost' });
  const tasks: RenderTask[] = [];
  await orchestra.worker(endless(tasks));
  await orchestra.submit();
  await orchestra.workIsSpent();
  expect(tasks[0]?.signal.aborted).toBe(true);
  expect(orchestra.reports).toHaveLength(0);
});

it('stops in silence when the lease cannot be renewed, since another may have it', async () => {
  orchestra.begin = () => orchestra.grant({ leaseSeconds: 1 });
  orchestra.renew = () => Promise.reject(new AppError('unavailable', 'The database is away.'));
  const tasks: RenderTask[] = [];
  await orchestra.worker(endless(tasks));
  await orchestra.submit();
  const task = await started(tasks);
  const from = performance.now();
  await orchestra.workIsSpent();
  expect(task.signal.aborted).toBe(true);
  expect(performance.now() - from).toBeGreaterThan(500);
  expect(orchestra.renewals.length).toBeGreaterThanOrEqual(2);
  expect(orchestra.reports).toHaveLength(0);
});

it('keeps a lease alive much longer than it lasts, and tells progress with it', async () => {
  orchestra.begin = () => orchestra.grant({ leaseSeconds: 0.8 });
  const tasks: RenderTask[] = [];
  await orchestra.worker(async (task) => {
    tasks.push(task);
    for (let frame = 1; frame <= 100; frame += 1) task.report(frame / 200, `Rendering frame ${frame} of 200`);
    await waitFor(() => orchestra.renewals.length >= 10, { what: 'ten renewals' });
    return quick(task);
  });
  const attemptId = await orchestra.submit();
  const [report] = await orchestra.reported();
  expect(report?.type).toBe('attempt.succeeded.v1');
  expect(orchestra.renewals[0]).toMatchObject({
    attemptId,
    fence: 1,
    workerId: orchestra.begins[0]?.workerId,
  });
  expect(orchestra.renewals.map(({ step }) => step)).toContain('Rendering frame 100 of 200');
  // A hundred reports at once went out as one.
  expect(orchestra.renewals.length).toBeLessThan(20);
});

it('gives up at the deadline', async () => {
  orchestra.begin = () => orchestra.grant({ remainingSeconds: 0.3 });
  await orchestra.worker(endless([]));
  await orchestra.submit();
  const [report] = await orchestra.reported();
  expect(report).toMatchObject({
    type: 'attempt.failed.v1',
    payload: { error: { code: 'provider_timeout' } },
  });
});

it('hands a render back when it stops, and another worker takes it', async () => {
  const tasks: RenderTask[] = [];
  const first = await orchestra.worker(endless(tasks));
  const attemptId = await orchestra.submit();
  await started(tasks);
  const from = performance.now();
  await first.stop();
  expect(performance.now() - from).toBeLessThan(3_000);
  expect(orchestra.reports).toHaveLength(0);
  expect(orchestra.releases).toMatchObject([{ attemptId, fence: 1 }]);
  expect(existsSync(tasks[0]?.workDir ?? '/')).toBe(false);

  await orchestra.worker(quick);
  const [report] = await orchestra.reported();
  expect(report).toMatchObject({ id: `${attemptId}:2:succeeded`, payload: { fence: 2 } });
});

it('reports once NATS is back, if it was away when the render ended', async () => {
  const tasks: RenderTask[] = [];
  let finish: () => void = () => undefined;
  const mayEnd = new Promise<void>((resolve) => (finish = resolve));
  await orchestra.worker(async (task) => {
    tasks.push(task);
    await mayEnd;
    return quick(task);
  });
  await orchestra.submit();
  await started(tasks);
  const restarted = orchestra.nats.restart();
  finish();
  await restarted;
  const [report] = await orchestra.reported();
  expect(report?.type).toBe('attempt.succeeded.v1');
});

it('never renders more at once than it has slots, and counts', async () => {
  const metrics = createMetrics('test');
  let now = 0;
  let most = 0;
  await orchestra.worker(
    async (task) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 30));
      now -= 1;
      return quick(task);
    },
    { concurrency: 2, metrics },
  );
  await Promise.all(Array.from({ length: 6 }, () => orchestra.submit()));
  await orchestra.reported(6);
  await orchestra.workIsSpent();
  expect(most).toBe(2);
  const text = await waitFor(
    async () => {
      const all = await metrics.metrics();
      return /shotloom_attempts_total\{[^}]*outcome="succeeded"[^}]*\} 6/.test(all) && all;
    },
    { what: 'six counted' },
  );
  expect(text).toMatch(/shotloom_render_in_flight\{[^}]*\} 0/);
});
