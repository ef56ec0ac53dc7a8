import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { VideoRequest } from '@shotloom/contracts';
import { samplePath, waitFor } from '@shotloom/testing';
import {
  startSoraSimulator,
  type SoraSimulator,
  type SoraSimulatorOptions,
} from '@shotloom/vendor-simulators';
import { VendorOrchestra } from '../../../libs/provider-kit/test/support/vendor-orchestra';
import { SoraAdapter } from '../src/provider';

jest.setTimeout(60_000);

const KEY = 'a-key-that-stays-in-the-worker';
const request: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'sora', model: 'sora:sora-2', prompt: 'a cat walks' },
  ...{ negativePrompt: null, stylePreset: null, durationSeconds: 4, aspectRatio: '16:9', size: '720P' },
  ...{ width: 1280, height: 720, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};

let orchestra: VendorOrchestra;
let simulator: SoraSimulator;
beforeEach(async () => {
  orchestra = await VendorOrchestra.start({ provider: 'sora', request });
});
afterEach(async () => {
  await orchestra.stop();
  await simulator.stop();
});

/** A finished video, and the attempt as a poll names it. */
async function finished(options: SoraSimulatorOptions = {}) {
  const times = { queueMs: [10, 10], runMs: [20, 20] } as const;
  simulator = await startSoraSimulator({
    ...times,
    media: { scale: 0.1 },
    accounts: [{ apiKeys: [KEY] }],
    ...options,
  });
  orchestra.secrets.set('key:1', { id: 'key', version: 1, fields: { apiKey: KEY }, baseUrl: null });
  await orchestra.worker(new SoraAdapter({ baseUrl: simulator.url }));
  const attemptId = await orchestra.submit();
  const [submitted] = await orchestra.reported();
  await waitFor(() => simulator.tasks()[0]?.status === 'succeeded', { what: 'the video' });
  const vendorTaskId = submitted?.payload['vendorTaskId'];
  return orchestra.task(attemptId, typeof vendorTaskId === 'string' ? vendorTaskId : '');
}

interface Answer {
  readonly pollNo: number | null;
  readonly outcome: {
    readonly kind: string;
    readonly error?: { readonly code: string };
    readonly videos?: readonly [
      {
        readonly url: string;
        readonly object?: { readonly key: string; readonly sha256: string; readonly sizeBytes: number };
      },
    ];
  };
}
const answers = (): Answer[] =>
  orchestra.reports
    .filter(({ type }) => type === 'attempts.seen.v1')
    .flatMap(({ payload }) => payload['answers'] as Answer[]);
const fetched = (): Promise<Answer> =>
  waitFor(() => answers().find(({ pollNo }) => pollNo === null), { what: 'what the fetch gave' });

it('fetches a video with the key into the store, and tells where it is without the key', async () => {
  const task = await finished();
  await orchestra.poll([task]);
  const { outcome } = await fetched();
  // The poll itself said that it is on its way: a link that nobody else can open is told to nobody.
  expect(answers().find(({ pollNo }) => pollNo === 1)?.outcome.kind).toBe('running');
  const object = outcome.videos?.[0].object;
  expect(outcome).toMatchObject({ kind: 'succeeded', videos: [{ url: '' }] });
  expect(object?.key.startsWith(`attempts/${task.attemptId}/`)).toBe(true);
  const bytes = await buffer((await orchestra.store.get(object?.key ?? '')).body);
  expect(bytes.toString('latin1', 4, 8)).toBe('ftyp');
  expect({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }).toEqual({
    ...{ size: object?.sizeBytes, sha256: object?.sha256 },
  });
  expect(JSON.stringify(orchestra.reports)).not.toContain(KEY);
});

it('leaves a redirect to storage, which fetches it without a key', async () => {
  const task = await finished({ redirectsContent: true });
  await orchestra.poll([task]);
  const { outcome } = await fetched();
  const [video] = outcome.videos ?? [];
  expect(video?.object).toBeUndefined();
  expect((await fetch(video?.url ?? '')).status).toBe(200);
});

it('keeps nothing of a video that broke off, says so, and fetches it again after the next poll', async () => {
  const task = await finished();
  simulator.script({ kind: 'truncated', on: 'result' });
  await orchestra.poll([task]);
  expect((await fetched()).outcome.kind).toBe('unavailable');
  const left: string[] = [];
  for await (const { key } of orchestra.store.list(`attempts/${task.attemptId}/`)) left.push(key);
  expect(left).toEqual([]);
  await orchestra.poll([task]);
  await waitFor(() => answers().some(({ outcome }) => outcome.kind === 'succeeded'), { what: 'the video' });
});

it('gives the server a picture of exactly the pixels of the video, which it takes no other than', async () => {
  const picture = createReadStream(samplePath('coffee.png'));
  await orchestra.store.put('assets/picture', picture, { contentType: 'image/png' });
  const fit = { width: 1280, height: 720, contentType: 'image/jpeg', maxBytes: 1_000_000 } as const;
  const input = {
    role: 'image',
    assetId: 'a',
    objectKey: 'assets/picture',
    contentType: 'image/png',
  } as const;
  const inputs = [{ ...input, fit }];
  orchestra.grant = { request: { ...request, operation: 'image-to-video', inputs } };
  await finished();
  expect(orchestra.reports.map(({ type }) => type)).toEqual(['attempt.submitted.v1']);
});
