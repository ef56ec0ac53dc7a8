import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { VideoRequest } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { startHailuoSimulator, type HailuoSimulator } from '@shotloom/vendor-simulators';
import { VendorOrchestra } from '../../../libs/provider-kit/test/support/vendor-orchestra';
import { HailuoAdapter } from '../src/provider';

jest.setTimeout(60_000);

const request: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'hailuo', model: 'hailuo:hailuo-2.3', prompt: 'a cat walks' },
  ...{ negativePrompt: null, stylePreset: null, durationSeconds: 6, aspectRatio: '16:9', size: '768P' },
  ...{ width: 1366, height: 768, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};

let orchestra: VendorOrchestra;
let simulator: HailuoSimulator;
/** Stands where the gateway does: hands callbacks to the workers, and their replies to the vendor. */
let door: Server;
let verdicts: string[];

beforeEach(async () => {
  verdicts = [];
  simulator = await startHailuoSimulator({ queueMs: [50, 50], runMs: [300, 300], media: { scale: 0.1 } });
  orchestra = await VendorOrchestra.start({ provider: 'hailuo', request });
  const fields = { ...simulator.credential() };
  orchestra.secrets.set('key:1', { id: 'key', version: 1, fields, baseUrl: null });
  door = createServer((incoming, response) => void handOn(incoming, response));
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  await orchestra.worker(new HailuoAdapter({ baseUrl: simulator.url }));
});
afterEach(async () => {
  await simulator.stop();
  door.closeAllConnections();
  door.close();
  await orchestra.stop();
});

async function handOn(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const attemptId = new URL(incoming.url ?? '/', 'http://door').searchParams.get('attempt') ?? '';
  const reply = await orchestra.callback(attemptId, await buffer(incoming), {});
  verdicts.push(reply.verdict);
  response.writeHead(reply.verdict === 'taken' ? 200 : 403).end(JSON.stringify(reply.reply ?? {}));
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

it('answers the challenge while it submits, and takes what comes later as a hint', async () => {
  const attemptId = await submitWithCallbacks();
  await waitFor(() => reportsOf('attempt.submitted.v1').length === 1, { what: 'the submit' });
  const [task] = simulator.tasks();
  expect(reportsOf('attempt.submitted.v1')[0]?.payload).toMatchObject({
    ...{ attemptId, vendorTaskId: task?.taskId, externalTaskId: attemptId, adopted: false },
  });
  const known = orchestra.task(attemptId, task?.taskId ?? '');
  orchestra.attempts.set(attemptId, { credential: { id: 'key', version: 1 }, task: known });
  await waitFor(() => verdicts.length === 3, { what: 'a challenge and two callbacks' });
  expect(verdicts).toEqual(['taken', 'taken', 'taken']);
  await waitFor(() => simulator.tasks()[0]?.status === 'succeeded', { what: 'the video' });
  await orchestra.poll([known]);
  const seen = await waitFor(() => orchestra.reports.find(({ payload }) => payload['via'] === 'poll'), {
    what: 'the poll',
  });
  expect(seen?.payload['answers']).toMatchObject([{ attemptId, outcome: { kind: 'succeeded', cost: null } }]);
});

it('finds the task of a lost answer by its callback, asks the vendor for it, and buys no other', async () => {
  simulator.script({ kind: 'cut', accepted: true });
  const attemptId = await submitWithCallbacks();
  await waitFor(() => reportsOf('attempt.uncertain.v1').length === 1, { what: 'the uncertainty' });
  const seen = await waitFor(() => orchestra.reports.find(({ payload }) => payload['via'] === 'callback'), {
    what: 'what the callback led to',
  });
  const [task, ...more] = simulator.tasks();
  expect(more).toEqual([]);
  expect(seen?.payload['answers']).toMatchObject([{ attemptId, vendorTaskId: task?.taskId }]);
});
