import type { VideoRequest } from '@shotloom/contracts';
import type { VendorInput, VendorTask } from '@shotloom/provider-kit';
import { ManualClock, startReplicateSimulator, type Fault } from '@shotloom/vendor-simulators';
import { z } from 'zod';
import {
  describeVendorConformance,
  failureOf,
  picture,
  QUEUE_MS,
  refused,
  rigTime,
  RUN_MS,
  turningKeys,
  type ConformanceRig,
  type ErrorCase,
} from '../../../libs/provider-kit/test/vendor-conformance';
import { ReplicateAdapter } from '../src/provider';

const KEY = 'r8_test-replicate-token';
const NEWER = 'r8_test-newer-replicate-token';
const WEBHOOK_SECRET = 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=';

const svd: VideoRequest = {
  ...{ operation: 'image-to-video', provider: 'replicate', model: 'replicate:svd-xt', prompt: '' },
  ...{ negativePrompt: null, stylePreset: null, durationSeconds: 4, aspectRatio: '16:9', size: '576P' },
  ...{ width: 1024, height: 576, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};
const wan: Partial<VideoRequest> = {
  ...{ operation: 'text-to-video', model: 'replicate:wan-2.2-t2v-fast', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', durationSeconds: 5, size: '480P', width: 832, height: 480 },
};

const startRig =
  (more: Partial<VideoRequest> = {}) =>
  async (): Promise<ConformanceRig> => {
    const time = rigTime(new ManualClock());
    const simulator = await startReplicateSimulator({
      ...time.simulated,
      accounts: [{ apiKeys: [KEY], webhookSecret: WEBHOOK_SECRET }],
    });
    const [account] = simulator.accounts;
    if (!account) throw new Error('no account');
    const keys = turningKeys(
      { first: KEY, newer: NEWER },
      (admitted) => (account.apiKeys = admitted),
      (apiToken) => ({ apiToken, webhookSecret: WEBHOOK_SECRET }),
    );
    const request = { ...svd, ...more };
    return {
      adapter: new ReplicateAdapter({
        baseUrl: simulator.url,
        ...time.adapted,
      }),
      simulator: { ...simulator, script: (fault) => simulator.script(fault as Fault) },
      ...keys,
      task: (attemptId, callbackUrl) => ({
        ...{ attemptId, callbackUrl, request, params: {} },
        inputs: request.operation === 'image-to-video' ? [picture(2_000)] : [],
      }),
      ...time.moves,
    };
  };

/** Every status of the vendor's table. */
const errors: readonly ErrorCase[] = [
  ...['400', '422'].map((status) => refused(status, 'invalid_input')),
  ...['401', '403'].map((status) => refused(status, 'provider_auth_failed')),
  refused('402', 'provider_quota_exhausted'),
  refused('404', 'unsupported_by_model'),
  refused('429', 'provider_rate_limited', true),
  ...['500', '502', '503', '504'].map((vendorCode): ErrorCase => ({
    ...{ vendorCode, code: 'submit_unknown', retryable: false, outcome: 'unknown' },
  })),
];
const common = { errors, signsCallbacks: true, looksUp: false, cancels: true } as const;
const unknownTaskId = 'gm3qorzdhgbfurvjtvhg6dckhu';

describeVendorConformance({
  ...{ name: 'Replicate, a versioned model with a picture', start: startRig(), ...common, unknownTaskId },
  largestPicture: {
    bytes: 20_000_000,
    task: (attemptId: string, input: VendorInput): VendorTask => ({
      ...{ attemptId, inputs: [input], params: {}, callbackUrl: null, request: svd },
    }),
  },
});
describeVendorConformance({
  ...{ name: 'Replicate, an official model from text', start: startRig(wan), ...common, unknownTaskId },
  tellsCost: false,
});

describe('what only Replicate does', () => {
  const run = async (rig: ConformanceRig, attemptId = 'at-1') => {
    const call = { credential: rig.credential, timeoutMs: 5_000 };
    const { vendorTaskId } = await rig.adapter.submit(rig.task(attemptId, null), call);
    const ref = { attemptId, externalTaskId: attemptId, vendorTaskId, operation: svd.operation };
    return { ref, look: async () => (await rig.adapter.poll([ref], call))[0]?.outcome, call };
  };

  it('tells how far it is, what it cost, and that the video was removed', async () => {
    const before = Date.now();
    const rig = await startRig()();
    try {
      const { look } = await run(rig);
      rig.letRun();
      expect(await look()).toEqual({ kind: 'running', phase: 'running', progress: 0 });
      rig.letFinish();
      const cost = { amount: '60', unit: 'replicate_a40_second' };
      const done = await look();
      expect(done).toMatchObject({ kind: 'succeeded', cost });
      const end = done?.kind === 'succeeded' ? done.videos[0]?.expiresAt?.getTime() : 0;
      expect(Math.abs((end ?? 0) - before - 3_600_000)).toBeLessThan(RUN_MS * 2);
      for (let hour = 0; hour < 60; hour += 1) rig.letFinish();
      expect(await look()).toMatchObject({
        kind: 'failed',
        error: { code: 'provider_failed', retryable: true, chargeable: true },
        cost,
      });
    } finally {
      await rig.simulator.stop();
    }
  });

  it.each([
    ['NSFW content detected. Try another prompt.', 'content_rejected', false],
    ['CUDA out of memory. Tried to allocate 20.00 MiB', 'provider_failed', true],
    ['ValueError: the picture has no pixels', 'provider_failed', false],
  ])('judges "%s"', async (message, code, retryable) => {
    const rig = await startRig()();
    try {
      rig.simulator.script({ kind: 'task-fails', message });
      const { look } = await run(rig);
      rig.letRun();
      rig.letFinish();
      expect(await look()).toMatchObject({ kind: 'failed', error: { code, retryable, chargeable: true } });
    } finally {
      await rig.simulator.stop();
    }
  });

  it('orders nothing where a picture cannot be uploaded, whatever became of the upload', async () => {
    const rig = await startRig()();
    try {
      rig.simulator.script({ kind: 'cut', accepted: true, on: 'other' });
      expect(await failureOf(run(rig))).toMatchObject({ code: 'provider_unavailable', outcome: 'refused' });
      expect(rig.simulator.tasks()).toEqual([]);
    } finally {
      await rig.simulator.stop();
    }
  });

  it.each([
    ['refused, since it has ended', { kind: 'error', code: '422' }, true, 'tooLate'],
    ['lost', { kind: 'cut', accepted: true }, false, 'cancelled'],
  ] as const)('knows what became of a stop whose answer was %s', async (_what, fault, isOver, verdict) => {
    const rig = await startRig()();
    try {
      const { ref } = await run(rig);
      if (isOver) {
        rig.letRun();
        rig.letFinish();
      }
      rig.simulator.script({ ...fault, on: 'other' });
      expect(await rig.adapter.cancel?.(ref, { credential: rig.credential })).toBe(verdict);
    } finally {
      await rig.simulator.stop();
    }
  });

  it("runs an operator's own model, whose output is a list", async () => {
    const clock = new ManualClock();
    const clip = { width: 640, height: 480, seconds: 2, audio: false };
    const simulator = await startReplicateSimulator({
      ...{ clock, queueMs: [QUEUE_MS, QUEUE_MS], runMs: [RUN_MS, RUN_MS] },
      accounts: [{ apiKeys: [KEY] }],
      models: [
        {
          ...{ name: 'acme/any-video', version: null, output: 'uris', price: { perVideo: () => 0.2 } },
          input: z.strictObject({ prompt: z.string(), start_image: z.string(), cfg: z.number() }),
          clipOf: () => clip,
        },
      ],
    });
    try {
      const adapter = new ReplicateAdapter({ baseUrl: simulator.url });
      const call = { credential: { id: 'c', version: 1, fields: { apiToken: KEY } } };
      const attemptId = 'at-1';
      const { vendorTaskId } = await adapter.submit(
        {
          ...{ attemptId, callbackUrl: null, inputs: [picture(2_000)] },
          request: { ...svd, model: 'replicate:acme/any-video', prompt: 'a cat' },
          params: { image_input: 'start_image', cfg: 3 },
        },
        call,
      );
      clock.advance(QUEUE_MS);
      clock.advance(RUN_MS);
      const ref = { attemptId, externalTaskId: attemptId, vendorTaskId, operation: svd.operation };
      const [answer] = await adapter.poll([ref], call);
      expect(answer?.outcome).toMatchObject({ kind: 'succeeded', videos: [{}], cost: null });
    } finally {
      await simulator.stop();
    }
  });

  it("finds that the secret for callbacks is another account's", async () => {
    const rig = await startRig()();
    try {
      const { apiToken = '' } = rig.credential.fields;
      const fields = { apiToken, webhookSecret: 'whsec_YW5vdGhlcg==' };
      const report = await rig.adapter.testConnection({ credential: { ...rig.credential, fields } });
      expect(report).toMatchObject({ ok: false, checks: [{ ok: true }, { ok: false }] });
    } finally {
      await rig.simulator.stop();
    }
  });
});
