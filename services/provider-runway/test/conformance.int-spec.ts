import type { VideoRequest } from '@shotloom/contracts';
import type { VendorInput } from '@shotloom/provider-kit';
import {
  ManualClock,
  startRunwaySimulator,
  type Fault,
  type RunwaySimulator,
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
import { RunwayAdapter } from '../src/provider';

const KEY = 'key_test-runway-secret';
const NEWER = 'key_test-newer-runway-secret';

const turbo: VideoRequest = {
  ...{ operation: 'image-to-video', provider: 'runway', model: 'runway:gen4_turbo', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 5, aspectRatio: '16:9', size: '720P' },
  ...{ width: 1280, height: 720, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};
const veo: Partial<VideoRequest> = {
  ...{ operation: 'text-to-video', model: 'runway:veo3.1', durationSeconds: 8, params: { audio: false } },
};
/** More than a data URI may have. */
const LARGE = 16_000_000;

interface Rig extends ConformanceRig {
  readonly runway: RunwaySimulator;
}

const startRig =
  (more: Partial<VideoRequest> = {}, inputs: () => VendorInput[] = () => [picture(2_000)]) =>
  async (): Promise<Rig> => {
    const time = rigTime(new ManualClock());
    const simulator = await startRunwaySimulator({
      ...time.simulated,
      accounts: [{ apiKeys: [KEY], concurrency: 1_000_000 }],
    });
    const [account] = simulator.accounts;
    if (!account) throw new Error('no account');
    const keys = turningKeys(
      { first: KEY, newer: NEWER },
      (admitted) => (account.apiKeys = admitted),
      (apiKey) => ({ apiKey }),
    );
    const request = { ...turbo, ...more };
    return {
      runway: simulator,
      adapter: new RunwayAdapter({
        baseUrl: simulator.url,
        ...time.adapted,
      }),
      simulator: { ...simulator, script: (fault) => simulator.script(fault as Fault) },
      ...keys,
      task: (attemptId, callbackUrl) => ({
        ...{ attemptId, callbackUrl, request, params: request.params },
        inputs: request.operation === 'image-to-video' ? inputs() : [],
      }),
      ...time.moves,
    };
  };

/** Every status of the vendor's table. */
const errors: readonly ErrorCase[] = [
  refused('400', 'invalid_input'),
  refused('401', 'provider_auth_failed'),
  refused('404', 'unsupported_by_model'),
  refused('405', 'provider_failed'),
  refused('429', 'provider_rate_limited', true),
  ...['500', '502', '503', '504'].map((vendorCode): ErrorCase => ({
    ...{ vendorCode, code: 'submit_unknown', retryable: false, outcome: 'unknown' },
  })),
];
const common = { errors, signsCallbacks: 'never', looksUp: false, cancels: true } as const;
const unknownTaskId = '17f20503-6c24-4c16-946b-35dbbce2af2f';

describeVendorConformance({
  ...{ name: 'Runway, with a picture in the request', start: startRig(), ...common, unknownTaskId },
});
describeVendorConformance({
  ...{ name: 'Runway, Veo from text', start: startRig(veo), ...common, unknownTaskId },
});

describe('what only Runway does', () => {
  let rig: Rig;
  const open = async (start: () => Promise<Rig>): Promise<void> => {
    rig = await start();
  };
  afterEach(() => rig.simulator.stop());
  const call = () => ({ credential: rig.credential, timeoutMs: 20_000 });
  const run = async (attemptId = 'at-1') => {
    const { vendorTaskId } = await rig.adapter.submit(rig.task(attemptId, null), call());
    const ref = { attemptId, externalTaskId: attemptId, vendorTaskId, operation: turbo.operation };
    return { ref, look: async () => (await rig.adapter.poll([ref], call()))[0]?.outcome };
  };

  it('uploads what is too large for the request, reads it once, and shows its key to nobody else', async () => {
    let read = 0;
    const large = () => [picture(LARGE, 'first_frame', (bytes) => (read += bytes))];
    await open(startRig({}, large));
    await run();
    expect(read).toBe(LARGE);
    const requests = rig.runway.requests();
    expect(requests.map(({ path, status }) => [path.replace(/[0-9a-f-]{36}/, 'id'), status])).toEqual([
      ['/v1/uploads', 200],
      ['/uploads/id', 204],
      ['/v1/image_to_video', 200],
    ]);
    expect(requests.at(-1)?.body).toContain('"promptImage":"runway://');
  });

  it.each([
    ['cut at the place', 0],
    ['cut at the store', 1],
  ])('orders nothing where an upload is %s', async (_what, skip) => {
    await open(startRig({}, () => [picture(LARGE)]));
    rig.simulator.script({ kind: 'cut', accepted: true, on: 'other', skip });
    expect(await failureOf(run())).toMatchObject({ code: 'provider_unavailable', outcome: 'refused' });
    expect(rig.simulator.tasks()).toEqual([]);
  });

  it('sends a picture to no address inside that an answer names', async () => {
    await open(startRig({}, () => [picture(LARGE, 'first_frame', () => expect('read').toBe('unread'))]));
    rig.simulator.script({ kind: 'shape', on: 'other', path: ['uploadUrl'], value: 'http://127.0.0.1:9/' });
    expect(await failureOf(run())).toMatchObject({ code: 'provider_failed', outcome: 'refused' });
    expect(rig.simulator.tasks()).toEqual([]);
  });

  it('waits in the queue while the account is throttled, and tells how far it is', async () => {
    await open(startRig());
    const [account] = rig.runway.accounts;
    if (account) account.concurrency = 1;
    const [first, second] = [await run('at-1'), await run('at-2')];
    rig.letRun();
    expect(await first.look()).toEqual({ kind: 'running', phase: 'running', progress: 0 });
    expect(await second.look()).toEqual({ kind: 'running', phase: 'queued', progress: null });
    rig.letFinish();
    expect(await second.look()).toMatchObject({ phase: 'running' });
  });

  it.each([
    ['SAFETY.INPUT.TEXT', 'content_rejected', false, true],
    ['SAFETY.OUTPUT.VIDEO', 'content_rejected', false, false],
    ['INPUT_PREPROCESSING.SAFETY.TEXT', 'content_rejected', false, false],
    ['INPUT_PREPROCESSING.INTERNAL', 'provider_failed', true, false],
    ['INTERNAL', 'provider_failed', true, false],
    ['INTERNAL.BAD_OUTPUT.CODE01', 'provider_failed', false, false],
    ['ASSET.INVALID', 'invalid_input', false, false],
    ['THIRD_PARTY.UNAVAILABLE', 'provider_unavailable', true, false],
  ])('makes of the failure %s: %s', async (vendorCode, code, retryable, chargeable) => {
    await open(startRig());
    rig.simulator.script({ kind: 'task-fails', message: `${vendorCode}: it went wrong` });
    const { look } = await run();
    rig.letRun();
    rig.letFinish();
    expect(await look()).toMatchObject({
      kind: 'failed',
      error: { code, retryable, chargeable, vendorCode, vendorMessage: 'it went wrong' },
      cost: { amount: chargeable ? '25' : '0', unit: 'runway_credit' },
    });
  });

  it('does not delete a video where it is asked to cancel too late, or does not know', async () => {
    await open(startRig());
    rig.simulator.script({ kind: 'task-status', word: 'POLISHED' });
    const { ref, look } = await run();
    rig.letRun();
    const cancel = () => rig.adapter.cancel?.(ref, call()) ?? Promise.reject(new Error('none'));
    expect(await failureOf(cancel())).toMatchObject({ code: 'provider_failed' });
    rig.letFinish();
    expect(await cancel()).toBe('tooLate');
    expect((await look())?.kind).toBe('succeeded');
    expect(rig.runway.requests().some(({ method }) => method === 'DELETE')).toBe(false);
  });

  it('tells what is left and what was used, and that nothing is left', async () => {
    await open(startRig());
    await run();
    rig.letRun();
    rig.letFinish();
    for (let minute = 0; minute < 24 * 60; minute += 1) rig.letFinish();
    expect(await rig.adapter.balance?.(call())).toMatchObject({
      lines: [{ remaining: '999975', unit: 'runway_credit', usable: true }],
      note: 'Credits used in the last thirty days: 25 by gen4_turbo.',
    });
    const [account] = rig.runway.accounts;
    if (account) account.units = 0;
    expect((await rig.adapter.testConnection(call())).ok).toBe(false);
    expect(await failureOf(run())).toMatchObject({ code: 'provider_quota_exhausted', outcome: 'refused' });
  });
});
