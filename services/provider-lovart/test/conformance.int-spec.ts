import type { VideoRequest } from '@shotloom/contracts';
import type { VendorTask } from '@shotloom/provider-kit';
import {
  ManualClock,
  startLovartSimulator,
  type Fault,
  type LovartAccount,
  type LovartSimulator,
} from '@shotloom/vendor-simulators';
import {
  describeVendorConformance,
  failureOf,
  picture,
  QUEUE_MS,
  refused,
  rigTime,
  turningKeys,
  type ConformanceRig,
  type ErrorCase,
} from '../../../libs/provider-kit/test/vendor-conformance';
import { LovartAdapter } from '../src/provider';

const KEY = { accessKey: 'ak_test-lovart', secretKey: 'sk_test-lovart-secret' };
const NEWER = { accessKey: 'ak_test-newer-lovart', secretKey: 'sk_test-newer-lovart-secret' };

const fromText: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'lovart', model: 'lovart:kling_v2_6', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 5, aspectRatio: '16:9', size: '720P' },
  ...{ width: 1280, height: 720, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};

interface Rig extends ConformanceRig {
  readonly lovart: LovartSimulator;
  readonly account: LovartAccount;
}

interface RigOptions {
  readonly request?: Partial<VideoRequest>;
  readonly account?: Partial<LovartAccount>;
  readonly projectReadyMs?: number;
  /** What happens while the adapter waits. */
  readonly onPause?: (rig: Pick<Rig, 'letRun'>, ms: number) => void;
}

const startRig =
  ({ request: more = {}, account: given = {}, projectReadyMs = 0, onPause }: RigOptions = {}) =>
  async (): Promise<Rig> => {
    const time = rigTime(new ManualClock());
    const simulator = await startLovartSimulator({
      ...time.simulated,
      ...{ projectReadyMs },
      accounts: [{ keys: [KEY], concurrency: 1_000_000, confirmAbove: 1_000_000, ...given }],
    });
    const [account] = simulator.accounts;
    if (!account) throw new Error('no account');
    const keys = turningKeys(
      { first: KEY, newer: NEWER },
      (admitted) => (account.keys = admitted),
      (pair) => pair,
    );
    const request = { ...fromText, ...more };
    return {
      ...{ lovart: simulator, account },
      adapter: new LovartAdapter({
        baseUrl: simulator.url,
        ...time.adapted,
        pause: (ms) => Promise.resolve(onPause?.(time.moves, ms)),
      }),
      simulator: { ...simulator, script: (fault) => simulator.script(fault as Fault) },
      ...keys,
      task: (attemptId, callbackUrl): VendorTask => ({
        ...{ attemptId, callbackUrl, request, params: request.params },
        inputs: request.operation === 'image-to-video' ? [picture(2_000), picture(2_000, 'last_frame')] : [],
      }),
      ...time.moves,
    };
  };

const later = (vendorCode: string): ErrorCase => ({
  ...{ vendorCode, code: 'provider_rate_limited', retryable: true, outcome: 'refused' },
});
const lost = (vendorCode: string): ErrorCase => ({
  ...{ vendorCode, code: 'submit_unknown', retryable: false, outcome: 'unknown' },
});

describeVendorConformance({
  name: 'Lovart',
  start: startRig(),
  errors: [
    ...[refused('400', 'invalid_input'), refused('401', 'provider_auth_failed')],
    ...[refused('404', 'provider_failed'), refused('2012', 'provider_quota_exhausted')],
    ...[later('2011'), later('1429'), lost('502'), lost('503')],
  ],
  ...{ signsCallbacks: 'never', looksUp: false, tellsQueue: false, tellsCost: false },
  unknownTaskId: '100.no-such-thread',
});

describe('what only Lovart does', () => {
  let rig: Rig;
  const open = async (options: RigOptions = {}): Promise<void> => {
    rig = await startRig(options)();
  };
  afterEach(async () => {
    expect(rig.lovart.failures()).toEqual([]);
    await rig.simulator.stop();
  });
  const call = () => ({ credential: rig.credential, timeoutMs: 20_000 });
  const run = async (attemptId = 'at-1') => {
    const { vendorTaskId } = await rig.adapter.submit(rig.task(attemptId, null), call());
    const ref = { attemptId, externalTaskId: attemptId, vendorTaskId, operation: fromText.operation };
    return { ref, look: async () => (await rig.adapter.poll([ref], call()))[0]?.outcome };
  };
  const finish = (): void => {
    rig.letRun();
    rig.letFinish();
  };
  const paths = () => rig.lovart.requests().map(({ path }) => path.replace(/\?.*/, ''));

  it('confirms costs that its budget covers, once, and lets nothing run before', async () => {
    await open({ account: { confirmAbove: 0, creditsPerSecond: 20 } });
    const { look } = await run();
    finish();
    expect(rig.simulator.tasks()).toMatchObject([{ status: 'submitted' }]);
    expect(await look()).toEqual({ kind: 'running', phase: 'queued', progress: null });
    expect(await look()).toEqual({ kind: 'running', phase: 'running', progress: null });
    rig.letFinish();
    expect((await look())?.kind).toBe('succeeded');
    expect(paths().filter((path) => path.endsWith('/chat/confirm'))).toHaveLength(1);
    expect(rig.account.units).toBe(1_000_000 - 100);
  });

  it('confirms nothing that is dearer than what was paid for, and ends', async () => {
    await open({ account: { confirmAbove: 0, creditsPerSecond: 21 } });
    const { look } = await run();
    finish();
    expect(await look()).toMatchObject({
      ...{ kind: 'failed', cost: null },
      error: { code: 'provider_quota_exhausted', retryable: false, details: { cost: 105, budget: 100 } },
    });
    expect(paths().some((path) => path.endsWith('/chat/confirm'))).toBe(false);
    expect(rig.account.units).toBe(1_000_000);
  });

  it('says yes again where its yes was lost, and not where it had come', async () => {
    await open({ account: { confirmAbove: 0 } });
    const [lostYes, lostAnswer] = [await run('at-1'), await run('at-2')];
    rig.simulator.script({ kind: 'cut', accepted: false, on: 'other' });
    expect((await lostYes.look())?.kind).toBe('unavailable');
    expect(await lostYes.look()).toMatchObject({ phase: 'queued' });
    rig.simulator.script({ kind: 'cut', accepted: true, on: 'other' });
    expect((await lostAnswer.look())?.kind).toBe('unavailable');
    expect(await lostAnswer.look()).toMatchObject({ phase: 'running' });
  });

  it('ends where the account cannot pay what was confirmed', async () => {
    await open({ account: { confirmAbove: 0 } });
    const { look } = await run();
    rig.account.units = 0;
    expect(await look()).toMatchObject({
      ...{ kind: 'failed', error: { code: 'provider_quota_exhausted', vendorCode: '2012' } },
    });
  });

  it('does not believe the first done: sub-agents start late', async () => {
    const waits: number[] = [];
    const onPause: RigOptions['onPause'] = ({ letRun }, ms) => {
      waits.push(ms);
      letRun();
    };
    await open({ request: { prompt: 'a cat [sim:late]' }, onPause });
    const { look } = await run();
    expect(await look()).toMatchObject({ kind: 'running' });
    expect(waits).toEqual([5_000]);
    rig.letFinish();
    expect((await look())?.kind).toBe('succeeded');
  });

  it.each([
    ['', 'a silent refusal', 'made no video'],
    ['I may not show this person.', 'an answer in words', 'made no video'],
    ['abort: stopped by the user', 'a stop', 'was stopped'],
  ])('ends by %j, %s', async (message, _what, words) => {
    await open();
    rig.simulator.script({ kind: 'task-fails', message });
    const { look } = await run();
    finish();
    expect(await look()).toMatchObject({
      kind: 'failed',
      error: {
        ...{ code: 'provider_failed', retryable: false },
        message: expect.stringContaining(words) as string,
      },
    });
  });

  it('uploads both pictures, waits for its project, and tells the agent which is which', async () => {
    await open({
      ...{ request: { operation: 'image-to-video' }, projectReadyMs: QUEUE_MS },
      onPause: ({ letRun }) => letRun(),
    });
    await run();
    expect(paths().map((path) => path.replace('/v1/openapi', ''))).toEqual([
      ...['/tools/catalog', '/project/save', '/file/upload', '/file/upload'],
      ...['/project/validate', '/project/validate', '/chat'],
    ]);
    const chat = JSON.parse(rig.lovart.requests().at(-1)?.body ?? '') as Record<string, unknown>;
    expect(chat).toMatchObject({
      attachments: [expect.stringContaining('/uploads/') as string, expect.any(String) as string],
      tool_config: { include_tools: ['generate_video_kling_v2_6'] },
      prompt: expect.stringMatching(/5 seconds.*16:9[^]*first frame[^]*last frame[^]*Avoid: blur/) as string,
    });
  });

  it.each([0, 1, 2])('orders nothing where call %d before the order is cut', async (skip) => {
    await open({ request: { operation: 'image-to-video' } });
    rig.simulator.script({ kind: 'cut', accepted: true, on: 'other', skip });
    expect(await failureOf(run())).toMatchObject({ code: 'provider_unavailable', outcome: 'refused' });
    expect(rig.simulator.tasks()).toEqual([]);
  });

  it('orders nothing by a tool that is gone', async () => {
    await open();
    rig.simulator.script({ kind: 'shape', on: 'other', path: ['data', 'tools'], value: [] });
    expect(await failureOf(run())).toMatchObject({ code: 'unsupported_by_model', outcome: 'refused' });
    expect(paths()).toEqual(['/v1/openapi/tools/catalog']);
  });

  it('gives a video that is elsewhere to storage, and fetches none from inside for it', async () => {
    await open();
    const { ref, look } = await run();
    finish();
    const value = 'http://127.0.0.1:9/inside.mp4';
    const path = ['data', 'items', '1', 'artifacts', '0', 'content'];
    rig.simulator.script({ kind: 'shape', on: 'query', skip: 1, path, value });
    expect(await look()).toMatchObject({ videos: [{ url: value }] });
    rig.simulator.script({ kind: 'shape', on: 'query', skip: 1, path, value });
    expect(await rig.adapter.openVideo?.(ref, call())).toEqual({ kind: 'link', url: value });
  });
});
