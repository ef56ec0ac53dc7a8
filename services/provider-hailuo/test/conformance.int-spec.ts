import type { VideoRequest } from '@shotloom/contracts';
import type { VendorInput, VendorTask } from '@shotloom/provider-kit';
import { ManualClock, startHailuoSimulator, type Fault } from '@shotloom/vendor-simulators';
import {
  describeVendorConformance,
  picture,
  refused,
  rigTime,
  turningKeys,
  type ConformanceRig,
  type ConformanceSubject,
  type ErrorCase,
} from '../../../libs/provider-kit/test/vendor-conformance';
import { HailuoAdapter } from '../src/provider';

const KEY = 'test-hailuo-api-key';
const NEWER = 'test-newer-hailuo-key';
const GROUP = 'test-group-1769';

const request: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'hailuo', model: 'hailuo:hailuo-2.3', prompt: 'a cat walks' },
  ...{ negativePrompt: 'blur', stylePreset: null, durationSeconds: 6, aspectRatio: '16:9', size: '768P' },
  ...{ width: 1366, height: 768, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};

const startRig =
  (more: Partial<VideoRequest> = {}, fields: Record<string, string> = {}) =>
  async (): Promise<ConformanceRig> => {
    const time = rigTime(new ManualClock());
    const simulator = await startHailuoSimulator({
      ...time.simulated,
      accounts: [{ apiKeys: [KEY], groupId: GROUP, concurrency: 1_000_000 }],
    });
    const [account] = simulator.accounts;
    if (!account) throw new Error('no account');
    const keys = turningKeys(
      { first: KEY, newer: NEWER },
      (admitted) => (account.apiKeys = admitted),
      (apiKey) => ({ apiKey, ...fields }),
    );
    return {
      adapter: new HailuoAdapter({
        baseUrl: simulator.url,
        ...time.adapted,
      }),
      simulator: { ...simulator, script: (fault) => simulator.script(fault as Fault) },
      ...keys,
      task: (attemptId, callbackUrl) => ({
        ...{ attemptId, callbackUrl, request: { ...request, ...more }, params: {} },
        inputs: more.operation === 'image-to-video' ? [picture(2_000)] : [],
      }),
      ...time.moves,
    };
  };

/** Every code of the vendor's table. */
const errors: readonly ErrorCase[] = [
  ...['1000', '1001', '1024', '1033'].map((vendorCode): ErrorCase => ({
    ...{ vendorCode, code: 'submit_unknown', retryable: false, outcome: 'unknown' },
  })),
  ...['1002', '1039', '1041', '2045'].map((code) => refused(code, 'provider_rate_limited', true)),
  ...['1004', '2049', '2061'].map((code) => refused(code, 'provider_auth_failed')),
  ...['1008', '1028', '1030', '2056'].map((code) => refused(code, 'provider_quota_exhausted')),
  ...['1026', '1027'].map((code) => ({ ...refused(code, 'content_rejected'), endsTask: true })),
  ...['1042', '2013'].map((code) => refused(code, 'invalid_input')),
];

const lacks = { signsCallbacks: false, looksUp: false, tellsCost: false } as const;
const BYTES = 19_999_999;
const largest = (
  model: string,
  more: Partial<VideoRequest> = {},
): NonNullable<ConformanceSubject['largestPicture']> => ({
  bytes: BYTES,
  task: (attemptId: string, input: VendorInput): VendorTask => ({
    ...{ attemptId, inputs: [input], params: {}, callbackUrl: null },
    request: { ...request, operation: 'image-to-video', model, ...more },
  }),
});

describeVendorConformance({
  ...{ name: 'Hailuo by v1', start: startRig(), errors, ...lacks },
  ...{ unknownTaskId: '106916112212032', largestPicture: largest('hailuo:hailuo-2.3') },
});
describeVendorConformance({
  name: 'Hailuo by v1, with a picture and a group',
  start: startRig({ operation: 'image-to-video', model: 'hailuo:hailuo-2.3-fast' }, { groupId: GROUP }),
  ...{ errors, ...lacks, unknownTaskId: '106916112212032' },
});
const h3 = { model: 'hailuo:h3', durationSeconds: 5 };
describeVendorConformance({
  ...{ name: 'MiniMax H3 by v2', start: startRig(h3), errors, ...lacks },
  ...{ unknownTaskId: 'v2.106916112212032', largestPicture: largest('hailuo:h3', h3) },
});

it('gets another link when one has ended', async () => {
  const rig = await startRig()();
  try {
    const call = { credential: rig.credential };
    const { vendorTaskId, externalTaskId } = await rig.adapter.submit(rig.task('at-1', null), call);
    rig.letRun();
    rig.letFinish();
    const ref = { attemptId: 'at-1', externalTaskId, vendorTaskId, operation: request.operation };
    const link = async (): Promise<string> => {
      const [answer] = await rig.adapter.poll([ref], call);
      return answer?.outcome.kind === 'succeeded' ? (answer.outcome.videos[0]?.url ?? '') : '';
    };
    rig.simulator.script({ kind: 'link-expired', on: 'query', times: 2 });
    expect((await fetch(await link())).status).toBe(403);
    expect((await fetch(await link())).status).toBe(200);
  } finally {
    await rig.simulator.stop();
  }
}, 30_000);
