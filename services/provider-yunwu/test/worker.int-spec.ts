import type { VideoRequest } from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';
import { startYunwuSimulator, type YunwuSimulator } from '@shotloom/vendor-simulators';
import { VendorOrchestra } from '../../../libs/provider-kit/test/support/vendor-orchestra';
import { YunwuAdapter } from '../src/provider';

jest.setTimeout(60_000);

const request: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'yunwu', model: 'yunwu:grok-video-3', prompt: 'a cat walks' },
  ...{ negativePrompt: null, stylePreset: null, durationSeconds: 6, aspectRatio: '9:16', size: '720P' },
  ...{ width: 480, height: 848, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};

let orchestra: VendorOrchestra;
let simulator: YunwuSimulator;
beforeEach(async () => {
  simulator = await startYunwuSimulator({ queueMs: [50, 50], runMs: [300, 300], media: { scale: 0.1 } });
  orchestra = await VendorOrchestra.start({ provider: 'yunwu', request });
  const fields = { ...simulator.credential() };
  orchestra.secrets.set('key:1', { id: 'key', version: 1, fields, baseUrl: null });
  await orchestra.worker(new YunwuAdapter({ baseUrl: simulator.url }));
});
afterEach(async () => {
  await simulator.stop();
  await orchestra.stop();
});

const reportsOf = (type: string) => orchestra.reports.filter((report) => report.type === type);

it('orders a video, asks by the whole id and gets it; one whose answer was lost is not ordered again', async () => {
  const attemptId = await orchestra.submit();
  const submitted = await waitFor(() => reportsOf('attempt.submitted.v1')[0], { what: 'the submit' });
  const vendorTaskId = submitted.payload['vendorTaskId'];
  expect(vendorTaskId).toBe(`grok:${simulator.tasks()[0]?.taskId}`);
  await waitFor(() => simulator.tasks()[0]?.status === 'succeeded', { what: 'the video' });
  await orchestra.poll([orchestra.task(attemptId, String(vendorTaskId))]);
  const seen = await waitFor(() => reportsOf('attempts.seen.v1')[0], { what: 'the poll' });
  expect(seen.payload['answers']).toMatchObject([{ attemptId, outcome: { kind: 'succeeded', cost: null } }]);

  simulator.script({ kind: 'cut', accepted: true });
  const lost = await orchestra.submit();
  const uncertain = await waitFor(() => reportsOf('attempt.uncertain.v1')[0], { what: 'the uncertainty' });
  expect(uncertain.payload).toMatchObject({ attemptId: lost });
  expect(simulator.tasks().length).toBe(2);
});
