import type { VideoRequest } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { ManualClock, startSoraSimulator, type Fault } from '@shotloom/vendor-simulators';
import {
  describeVendorConformance,
  picture,
  refused,
  rigTime,
  turningKeys,
  type ConformanceRig,
  type ErrorCase,
} from '../../../libs/provider-kit/test/vendor-conformance';
import { SoraAdapter } from '../src/provider';

const KEY = 'test-sora-api-key';
const NEWER = 'test-newer-sora-key';
const HOUR_MS = 3600 * 1000;
const request: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'sora', model: 'sora:sora-2', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 8, aspectRatio: '16:9', size: '720P' },
  ...{ width: 1280, height: 720, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};
const startRig =
  (more: Partial<VideoRequest> = {}, redirectsContent = false) =>
  async (): Promise<ConformanceRig & { readonly letTimePass: (ms: number) => void }> => {
    const time = rigTime(new ManualClock());
    const simulator = await startSoraSimulator({
      ...time.simulated,
      ...{ redirectsContent, accounts: [{ apiKeys: [KEY], concurrency: 1_000_000 }] },
    });
    const [account] = simulator.accounts;
    if (!account) throw new Error('no account');
    const keys = turningKeys(
      { first: KEY, newer: NEWER },
      (admitted) => (account.apiKeys = admitted),
      (apiKey) => ({ apiKey }),
    );
    return {
      adapter: new SoraAdapter({ baseUrl: simulator.url, fetch: time.adapted.fetch }),
      simulator: { ...simulator, script: (fault) => simulator.script(fault as Fault) },
      ...keys,
      task: (attemptId, callbackUrl) => ({
        ...{ attemptId, callbackUrl, request: { ...request, ...more }, params: {} },
        inputs:
          more.operation === 'image-to-video'
            ? [picture(2_000, 'first_frame', undefined, { ...request, ...more })]
            : [],
      }),
      letTimePass: (ms) => time.clock.advance(ms),
      ...time.moves,
    };
  };

/** Every error of the contract's table. */
const errors: readonly ErrorCase[] = [
  ...['request_timeout', 'conflict', 'server_error', 'service_unavailable'].map((vendorCode): ErrorCase => ({
    ...{ vendorCode, code: 'submit_unknown', retryable: false, outcome: 'unknown' },
  })),
  refused('invalid_request_error', 'invalid_input'),
  refused('moderation_blocked', 'content_rejected'),
  refused('invalid_api_key', 'provider_auth_failed'),
  refused('permission_error', 'provider_auth_failed'),
  ...['not_found', 'model_not_found', 'gone'].map((code) => refused(code, 'unsupported_by_model')),
  refused('rate_limit_exceeded', 'provider_rate_limited', true),
  refused('insufficient_quota', 'provider_quota_exhausted'),
];
const lacks = {
  signsCallbacks: 'never',
  looksUp: false,
  tellsCost: false,
  unknownTaskId: 'video_68d7',
} as const;

describeVendorConformance({ name: 'Sora from text', start: startRig(), errors, ...lacks });
describeVendorConformance({
  name: 'Sora from a picture, with redirects to the content',
  start: startRig({ operation: 'image-to-video', model: 'sora:sora-2-pro', width: 720, height: 1280 }, true),
  ...{ errors: errors.slice(0, 1), ...lacks },
});

describe('Sora', () => {
  let rig: Awaited<ReturnType<ReturnType<typeof startRig>>>;
  beforeEach(async () => {
    rig = await startRig()();
  });
  afterEach(() => rig.simulator.stop());

  it('does not send a key, or anything, to OpenAI, which has ended', async () => {
    const sent = jest.fn();
    for (const baseUrl of [
      'https://api.openai.com',
      'https://api.openai.com/v1/',
      'https://API.openai.com',
    ]) {
      const adapter = new SoraAdapter({ baseUrl, fetch: sent });
      const error: unknown = await adapter
        .submit(rig.task(newId(), null), { credential: rig.credential })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'unsupported_by_model', outcome: 'refused', retryable: false });
      const report = await adapter.testConnection({ credential: rig.credential });
      expect(report.checks[0]?.detail).toMatch(/2026-09-24.*SORA_BASE_URL/);
    }
    expect(sent).not.toHaveBeenCalled();
  });

  it('says that content which has ended is not there, without the key', async () => {
    const call = { credential: rig.credential, timeoutMs: 1_000 };
    const { vendorTaskId } = await rig.adapter.submit(rig.task(newId(), null), call);
    rig.letRun();
    rig.letFinish();
    rig.letTimePass(HOUR_MS);
    const ref = { attemptId: 'a', externalTaskId: 'a', vendorTaskId, operation: request.operation };
    const error: unknown = await rig.adapter.openVideo?.(ref, call).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'not_found' });
    expect(JSON.stringify(error)).not.toContain(KEY);
  });
});
