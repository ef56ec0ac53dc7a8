import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { VideoRequest } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { startReplicateSimulator, type ReplicateSimulator } from '@shotloom/vendor-simulators';
import { VendorOrchestra } from '../../../libs/provider-kit/test/support/vendor-orchestra';
import { ReplicateAdapter } from '../src/provider';

jest.setTimeout(60_000);

const request: VideoRequest = {
  ...{ operation: 'image-to-video', provider: 'replicate', model: 'replicate:svd-xt', prompt: '' },
  ...{ negativePrompt: null, stylePreset: null, durationSeconds: 4, aspectRatio: '16:9', size: '576P' },
  ...{ width: 1024, height: 576, seed: 1, strength: null, params: {}, adjustments: [] },
  inputs: [{ role: 'first_frame', assetId: 'a', objectKey: 'assets/picture', contentType: 'image/png' }],
};

let orchestra: VendorOrchestra;
let simulator: ReplicateSimulator;
/** Stands where the gateway does: hands callbacks to the workers, by the attempt that their address names. */
let door: Server;
let verdicts: string[];

beforeEach(async () => {
  verdicts = [];
  simulator = await startReplicateSimulator({ queueMs: [50, 50], runMs: [300, 300], media: { scale: 0.1 } });
  orchestra = await VendorOrchestra.start({ provider: 'replicate', request });
  const fields = { ...simulator.credential() };
  orchestra.secrets.set('key:1', { id: 'key', version: 1, fields, baseUrl: null });
  door = createServer((incoming, response) => void handOn(incoming, response));
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  await orchestra.worker(new ReplicateAdapter({ baseUrl: simulator.url }));
});
afterEach(async () => {
  await simulator.stop();
  door.closeAllConnections();
  door.close();
  await orchestra.stop();
});

async function handOn(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const attemptId = new URL(incoming.url ?? '/', 'http://door').searchParams.get('attempt') ?? '';
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, `${value?.toString()}`]),
  );
  const reply = await orchestra.callback(attemptId, await buffer(incoming), headers);
  verdicts.push(reply.verdict);
  response.writeHead(reply.verdict === 'taken' ? 200 : 403).end();
}

/** An attempt whose callbacks come to the door; known there as soon as it is sent. */
async function submitWithCallbacks(): Promise<string> {
  const attemptId = newId();
  const { port } = door.address() as AddressInfo;
  orchestra.grant = { callbackUrl: `http://127.0.0.1:${port}/?attempt=${attemptId}` };
  const credential = { id: 'key', version: 1 };
  orchestra.attempts.set(attemptId, { credential, task: orchestra.task(attemptId, null) });
  return orchestra.submit(attemptId);
}

const reportsOf = (type: string) => orchestra.reports.filter((report) => report.type === type);
const seenBy = (via: string) => orchestra.reports.filter(({ payload }) => payload['via'] === via);

it('uploads the picture, orders the video, and asks about it', async () => {
  const attemptId = await orchestra.submit();
  await waitFor(() => reportsOf('attempt.submitted.v1').length === 1, { what: 'the submit' });
  const [task] = simulator.tasks();
  const [upload, create] = simulator.requests();
  expect([upload?.path, create?.path]).toEqual(['/v1/files', '/v1/predictions']);
  expect(create?.body).toContain(`${simulator.url}/v1/files/`);
  await waitFor(() => simulator.tasks()[0]?.status === 'succeeded', { what: 'the video' });
  await orchestra.poll([orchestra.task(attemptId, task?.taskId ?? '')]);
  const seen = await waitFor(() => seenBy('poll')[0], { what: 'the poll' });
  expect(seen.payload['answers']).toMatchObject([
    { attemptId, outcome: { kind: 'succeeded', cost: { unit: 'replicate_a40_second' } } },
  ]);
});

it('finds the task of a lost answer by its signed callback, and buys no other', async () => {
  simulator.script({ kind: 'cut', accepted: true });
  const attemptId = await submitWithCallbacks();
  await waitFor(() => reportsOf('attempt.uncertain.v1').length === 1, { what: 'the uncertainty' });
  const seen = await waitFor(() => seenBy('callback')[0], { what: 'what the callback led to' });
  const [task, ...more] = simulator.tasks();
  expect(more).toEqual([]);
  expect(seen.payload['answers']).toMatchObject([{ attemptId, vendorTaskId: task?.taskId }]);
  await waitFor(() => verdicts.includes('taken'), { what: 'the answer to the callback' });
});
