import { buffer } from 'node:stream/consumers';
import type { VideoRequest } from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';
import { startLovartSimulator, type LovartSimulator } from '@shotloom/vendor-simulators';
import { VendorOrchestra } from '../../../libs/provider-kit/test/support/vendor-orchestra';
import { LovartAdapter } from '../src/provider';

jest.setTimeout(60_000);

const request: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'lovart', model: 'lovart:kling_v3', prompt: 'a cat walks' },
  ...{ negativePrompt: null, stylePreset: null, durationSeconds: 5, aspectRatio: '16:9', size: '720P' },
  ...{ width: 1280, height: 720, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};

let orchestra: VendorOrchestra;
let simulator: LovartSimulator;
beforeEach(async () => {
  simulator = await startLovartSimulator({
    ...{ queueMs: [10, 10], runMs: [20, 20], projectReadyMs: 200, media: { scale: 0.1 } },
  });
  orchestra = await VendorOrchestra.start({ provider: 'lovart', request });
  const fields = { ...simulator.credential() };
  orchestra.secrets.set('key:1', { id: 'key', version: 1, fields, baseUrl: null });
  await orchestra.worker(new LovartAdapter({ baseUrl: simulator.url }));
});
afterEach(async () => {
  await orchestra.stop();
  await simulator.stop();
});

interface Answer {
  readonly pollNo: number | null;
  readonly outcome: { readonly kind: string; readonly videos?: readonly { object?: { key: string } }[] };
}
const fetched = (): Answer | undefined =>
  orchestra.reports
    .filter(({ type }) => type === 'attempts.seen.v1')
    .flatMap(({ payload }) => payload['answers'] as Answer[])
    .find(({ pollNo }) => pollNo === null);

it('orders a video, says yes to its costs by a poll, and brings it home from a store that opens to no link', async () => {
  const attemptId = await orchestra.submit();
  const [submitted] = await orchestra.reported();
  const vendorTaskId = submitted?.payload['vendorTaskId'];
  const task = orchestra.task(attemptId, typeof vendorTaskId === 'string' ? vendorTaskId : '');
  expect(vendorTaskId).toBe(`150.${simulator.tasks()[0]?.taskId}`);
  await orchestra.poll([task]);
  await waitFor(() => simulator.tasks()[0]?.status === 'succeeded', { what: 'the video, once confirmed' });
  await orchestra.poll([task]);
  const { outcome } = await waitFor(fetched, { what: 'what the fetch gave' });
  const key = outcome.videos?.[0]?.object?.key ?? '';
  expect((await buffer((await orchestra.store.get(key)).body)).toString('latin1', 4, 8)).toBe('ftyp');
});
