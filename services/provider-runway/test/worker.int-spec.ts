import type { VideoRequest } from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';
import { startRunwaySimulator, type RunwaySimulator } from '@shotloom/vendor-simulators';
import { VendorOrchestra } from '../../../libs/provider-kit/test/support/vendor-orchestra';
import { RunwayAdapter } from '../src/provider';

jest.setTimeout(60_000);

const request: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'runway', model: 'runway:gen4.5', prompt: 'a cat walks' },
  ...{ negativePrompt: null, stylePreset: null, durationSeconds: 5, aspectRatio: '16:9', size: '720P' },
  ...{ width: 1280, height: 720, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};

let orchestra: VendorOrchestra;
let simulator: RunwaySimulator;

beforeEach(async () => {
  simulator = await startRunwaySimulator({ queueMs: [50, 50], runMs: [300, 300], media: { scale: 0.1 } });
  orchestra = await VendorOrchestra.start({ provider: 'runway', request });
  const fields = { ...simulator.credential() };
  orchestra.secrets.set('key:1', { id: 'key', version: 1, fields, baseUrl: null });
  await orchestra.worker(new RunwayAdapter({ baseUrl: simulator.url }));
});
afterEach(async () => {
  await simulator.stop();
  await orchestra.stop();
});

const reportsOf = (type: string) => orchestra.reports.filter((report) => report.type === type);

it('orders a video and asks about it; one that is cancelled stops at the vendor, one that is done stays', async () => {
  const first = await orchestra.submit();
  await waitFor(() => simulator.tasks()[0]?.status === 'succeeded', { what: 'the first video' });
  simulator.script({ kind: 'task-takes', ms: 600_000 });
  const second = await orchestra.submit();
  await waitFor(() => reportsOf('attempt.submitted.v1').length === 2, { what: 'both submits' });
  const [done, running] = simulator.tasks().map(({ taskId }) => taskId);
  await orchestra.cancel(orchestra.task(first, done));
  await orchestra.cancel(orchestra.task(second, running));
  await waitFor(() => reportsOf('attempt.cancel_answered.v1').length === 2, { what: 'both answers' });
  const verdictOf = (attemptId: string) =>
    reportsOf('attempt.cancel_answered.v1').find(({ payload }) => payload['attemptId'] === attemptId)
      ?.payload;
  expect(verdictOf(first)).toMatchObject({ verdict: 'tooLate' });
  expect(verdictOf(second)).toMatchObject({ verdict: 'cancelled' });
  expect(simulator.tasks().map(({ status }) => status)).toEqual(['succeeded', 'cancelled']);
  await orchestra.poll([orchestra.task(first, done)]);
  const seen = await waitFor(() => reportsOf('attempts.seen.v1')[0], { what: 'the poll' });
  expect(seen.payload['answers']).toMatchObject([
    { attemptId: first, outcome: { kind: 'succeeded', cost: { amount: '60', unit: 'runway_credit' } } },
  ]);
});
