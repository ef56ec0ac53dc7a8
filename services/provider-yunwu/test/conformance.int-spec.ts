import type { VideoRequest } from '@shotloom/contracts';
import type { VendorInput } from '@shotloom/provider-kit';
import {
  ManualClock,
  startYunwuSimulator,
  type Fault,
  type YunwuSimulator,
  type YunwuSimulatorOptions,
} from '@shotloom/vendor-simulators';
import {
  describeVendorConformance,
  failureOf,
  picture,
  refused,
  rigTime,
  turningKeys,
  type ConformanceRig,
  type ErrorCase,
} from '../../../libs/provider-kit/test/vendor-conformance';
import { YunwuAdapter } from '../src/provider';

const KEY = 'sk-test-yunwu-key';
const NEWER = 'sk-test-newer-yunwu-key';
/** The largest picture that the catalogue lets through. */
const LARGE = 20_000_000;

const grok: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'yunwu', model: 'yunwu:grok-video-3', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 6, aspectRatio: '9:16', size: '1080P' },
  ...{ width: 832, height: 1504, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};
const imagine: Partial<VideoRequest> = {
  ...{ operation: 'image-to-video', model: 'yunwu:grok-imagine-video', size: '720P' },
  ...{ aspectRatio: '16:9', durationSeconds: 8, width: 1280, height: 720 },
};

interface Rig extends ConformanceRig {
  readonly yunwu: YunwuSimulator;
  readonly pass: (ms: number) => void;
}

const startRig =
  (more: Partial<VideoRequest> = {}, options: YunwuSimulatorOptions = {}) =>
  async (): Promise<Rig> => {
    const time = rigTime(new ManualClock());
    const simulator = await startYunwuSimulator({
      ...time.simulated,
      ...{ accounts: [{ apiKeys: [KEY], concurrency: 1_000_000 }], ...options },
    });
    const [account] = simulator.accounts;
    if (!account) throw new Error('no account');
    const keys = turningKeys(
      { first: KEY, newer: NEWER },
      (admitted) => (account.apiKeys = admitted),
      (apiKey) => ({ apiKey }),
    );
    const request = { ...grok, ...more };
    return {
      yunwu: simulator,
      adapter: new YunwuAdapter({ baseUrl: simulator.url, fetch: time.adapted.fetch }),
      simulator: { ...simulator, script: (fault) => simulator.script(fault as Fault) },
      ...keys,
      task: (attemptId, callbackUrl) => ({
        ...{ attemptId, callbackUrl, request, params: {} },
        inputs: request.operation === 'image-to-video' ? [picture(2_000)] : [],
      }),
      pass: (ms) => time.clock.advance(ms),
      ...time.moves,
    };
  };

/** Every error that is known of the vendor. */
const errors: readonly ErrorCase[] = [
  ...['400', '413', 'invalid_request', 'task_not_exist'].map((code) => refused(code, 'invalid_input')),
  ...['401', '403'].map((code) => refused(code, 'provider_auth_failed')),
  ...['insufficient_user_quota', 'insufficient_quota'].map((code) =>
    refused(code, 'provider_quota_exhausted'),
  ),
  refused('invalid_request_error', 'unsupported_by_model'),
  refused('429', 'provider_rate_limited', true),
  // Nobody had taken the order.
  refused('503', 'provider_unavailable', true),
  ...['fail_to_fetch_task', '500', '502', '504', '524'].map((vendorCode): ErrorCase => ({
    ...{ vendorCode, code: 'submit_unknown', retryable: false, outcome: 'unknown' },
  })),
];
const lacks = { signsCallbacks: 'never', looksUp: false, tellsCost: false } as const;

describeVendorConformance({
  ...{ name: 'Yunwu, grok-video-3 in its own format', start: startRig(), errors, ...lacks },
  unknownTaskId: 'grok:ff3e2b29-0',
  largestPicture: {
    bytes: LARGE,
    task: (attemptId: string, input: VendorInput) => ({
      ...{ attemptId, inputs: [input], params: {}, callbackUrl: null },
      request: { ...grok, operation: 'image-to-video' },
    }),
  },
});
describeVendorConformance({
  ...{ name: "Yunwu in xAI's format, from a picture", start: startRig(imagine), ...lacks },
  // What they become is the same; that they are asked of the other address is what this is for.
  errors: errors.slice(-2),
  unknownTaskId: 'xai.ff3e2b29-0',
});

describe('what only Yunwu does', () => {
  let rig: Rig;
  const open = async (more: Partial<VideoRequest> = {}, options: YunwuSimulatorOptions = {}) => {
    rig = await startRig(more, options)();
  };
  afterEach(() => rig.simulator.stop());
  const call = () => ({ credential: rig.credential, timeoutMs: 20_000 });
  const run = async (attemptId = 'at-1') => {
    const { vendorTaskId } = await rig.adapter.submit(rig.task(attemptId, null), call());
    const ref = { attemptId, externalTaskId: attemptId, vendorTaskId, operation: grok.operation };
    return { ref, look: async () => (await rig.adapter.poll([ref], call()))[0]?.outcome };
  };

  it('waits on where a video is said to be done, and its address is not there yet', async () => {
    await open({}, { urlDelayMs: 600_000 });
    const { ref, look } = await run();
    expect(ref.vendorTaskId).toMatch(/^grok:/);
    rig.letRun();
    rig.letFinish();
    expect(await look()).toEqual({ kind: 'running', phase: 'running', progress: null });
    rig.pass(600_000);
    expect((await look())?.kind).toBe('succeeded');
  });

  it('takes an empty 202 for a task that waits', async () => {
    await open(imagine, { answersEmpty: true });
    const { look } = await run();
    rig.letRun();
    expect(await look()).toEqual({ kind: 'running', phase: 'queued', progress: null });
    rig.letFinish();
    expect(await look()).toMatchObject({ kind: 'succeeded', videos: [{ durationSeconds: 8 }] });
  });

  it("finds a task of xAI's format by the other query where there is none of its own", async () => {
    await open(imagine, { queriesXai: false });
    const { look } = await run();
    rig.letRun();
    expect(await look()).toEqual({ kind: 'running', phase: 'running', progress: 0.5 });
    rig.letFinish();
    expect((await look())?.kind).toBe('succeeded');
  });

  it('says that moderation held a video back', async () => {
    await open(imagine);
    rig.simulator.script({ kind: 'task-fails', message: 'moderation' });
    const { look } = await run();
    rig.letRun();
    rig.letFinish();
    expect(await look()).toMatchObject({
      ...{ kind: 'failed', error: { code: 'content_rejected', retryable: false } },
    });
  });

  it('orders whatever name the vendor sells, and says when nobody has it', async () => {
    await open({ model: 'yunwu:veo3.1-fast', size: '1080P', durationSeconds: 8 });
    const { look } = await run();
    rig.letRun();
    expect((await look())?.kind).toBe('running');
    await rig.simulator.stop();
    await open({ model: 'yunwu:nobody-has-it' });
    expect(await failureOf(run())).toMatchObject({ code: 'provider_unavailable', outcome: 'refused' });
  });

  it('tells what is left and what was used, which comes in cents, and that nothing is left', async () => {
    await open({}, { unitsPerVideo: 250_000, accounts: [{ apiKeys: [KEY], units: 1_000_000 }] });
    await run();
    rig.letRun();
    rig.letFinish();
    expect(await rig.adapter.balance?.(call())).toMatchObject({
      lines: [{ remaining: '1.5', total: '2', unit: 'usd', usable: true }],
      note: 'Used so far: 0.5.',
    });
    rig.simulator.script({
      ...{ kind: 'body', on: 'account', body: { error: { message: 'no', type: 'upstream_error' } } },
    });
    const balance = rig.adapter.balance?.(call()) ?? Promise.reject(new Error('none'));
    expect(await failureOf(balance)).toMatchObject({ vendorCode: 'upstream_error' });
    const [account] = rig.yunwu.accounts;
    if (account) account.units = 0;
    expect((await rig.adapter.testConnection(call())).ok).toBe(false);
    expect(await failureOf(run())).toMatchObject({ code: 'provider_quota_exhausted', outcome: 'refused' });
  });

  it('says which of our models are not sold, of a key that is good', async () => {
    await open({}, { models: { 'grok-imagine-video': 'xai' } });
    const { ok, checks } = await rig.adapter.testConnection(call());
    expect(ok).toBe(true);
    expect(checks.at(-1)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/grok-video-3,/) as string,
    });
  });

  it('says of a body that is too large what to do', async () => {
    await open({ operation: 'image-to-video' }, { maxBodyBytes: 1_000 });
    expect(await failureOf(run())).toMatchObject({
      ...{ code: 'invalid_input', message: expect.stringMatching(/address/) as string },
    });
  });
});
