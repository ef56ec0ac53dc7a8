import type { VideoRequest } from '@shotloom/contracts';
import type { VendorCredential, VendorInput, VendorTask } from '@shotloom/provider-kit';
import { ManualClock, startKlingSimulator, type Fault } from '@shotloom/vendor-simulators';
import {
  describeVendorConformance,
  picture,
  refused,
  rigTime,
  type ConformanceRig,
  type ErrorCase,
} from '../../../libs/provider-kit/test/vendor-conformance';
import { KlingAdapter } from '../src/provider';

const WEBHOOK_SECRET = 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=';
const KEY = 'test-kling-api-key';
const PAIR = { accessKey: 'test-access-key', secretKey: 'test-secret-key' };

const request: VideoRequest = {
  operation: 'text-to-video',
  provider: 'kling',
  model: 'kling:kling-2.6',
  prompt: 'a cat walks',
  negativePrompt: null,
  stylePreset: null,
  durationSeconds: 5,
  aspectRatio: '16:9',
  size: '720P',
  width: 1280,
  height: 720,
  seed: 1,
  strength: null,
  inputs: [],
  params: {},
  adjustments: [],
};

const startRig =
  (kind: 'apiKey' | 'keyPair', more: Partial<VideoRequest> = {}) =>
  async (): Promise<ConformanceRig> => {
    const time = rigTime(new ManualClock());
    const simulator = await startKlingSimulator({
      ...time.simulated,
      accounts: [{ apiKeys: [KEY], ...PAIR, webhookSecret: WEBHOOK_SECRET, concurrency: 1_000_000 }],
    });
    const [account] = simulator.accounts;
    if (!account) throw new Error('no account');
    const credential = (version: number, keys: Record<string, string>): VendorCredential => ({
      ...{ id: 'cred', version, fields: { ...keys, webhookSecret: WEBHOOK_SECRET } },
    });
    return {
      adapter: new KlingAdapter({
        baseUrl: simulator.url,
        ...time.adapted,
      }),
      simulator: { ...simulator, script: (fault) => simulator.script(fault as Fault) },
      credential: credential(1, kind === 'apiKey' ? { apiKey: KEY } : PAIR),
      task: (attemptId, callbackUrl) => ({
        ...{
          attemptId,
          callbackUrl,
          request: { ...request, ...more },
          inputs: picturesFor(more),
          params: {},
        },
      }),
      ...time.moves,
      rotateKey: () => {
        account.apiKeys = [KEY, 'test-newer-api-key'];
        return credential(2, { apiKey: 'test-newer-api-key' });
      },
      revokeOldKey: () => {
        account.apiKeys = ['test-newer-api-key'];
        account.accessKey = 'revoked';
      },
    };
  };

const picturesFor = ({ operation }: Partial<VideoRequest>): VendorInput[] =>
  operation === 'image-to-video' ? [picture(2_000)] : [];

const unknown = (vendorCode: string): ErrorCase => ({
  ...{ vendorCode, code: 'submit_unknown', retryable: false, outcome: 'unknown' },
});

/** Every code of the vendor's table. */
const errors: readonly ErrorCase[] = [
  ...['1000', '1001', '1002', '1003', '1004', '1100', '1103', '1304'].map((code) =>
    refused(code, 'provider_auth_failed'),
  ),
  ...['1101', '1102'].map((code) => refused(code, 'provider_quota_exhausted')),
  ...['1200', '1201'].map((code) => refused(code, 'invalid_input')),
  ...['1300', '1301'].map((code) => refused(code, 'content_rejected')),
  ...['1302', '1303'].map((code) => refused(code, 'provider_rate_limited', true)),
  refused('1202', 'provider_failed'),
  refused('1203', 'unsupported_by_model'),
  ...['5000', '5001', '5002'].map(unknown),
];

/** As large as the catalogue lets through. */
const largestPicture = {
  bytes: 10 * 1024 * 1024,
  task: (attemptId: string, input: VendorInput): VendorTask => ({
    ...{ attemptId, inputs: [input], params: {}, callbackUrl: null },
    request: { ...request, operation: 'image-to-video' },
  }),
};

describeVendorConformance({
  name: 'Kling, new generation',
  start: startRig('apiKey'),
  errors,
  signsCallbacks: true,
  largestPicture,
});
describeVendorConformance({
  name: 'Kling, old generation by key pair, with a picture',
  start: startRig('keyPair', { operation: 'image-to-video' }),
  errors,
  signsCallbacks: false,
});
describeVendorConformance({
  name: 'Kling, old generation by API key, with a negative prompt',
  start: startRig('apiKey', { negativePrompt: 'blur' }),
  errors,
  signsCallbacks: false,
});

it('gets a new token once when its times were wrong, and no second task', async () => {
  const rig = await startRig('keyPair')();
  try {
    rig.simulator.script({ kind: 'error', code: '1004' });
    const call = { credential: rig.credential };
    await rig.adapter.submit(rig.task('at-1', null), call);
    expect(rig.simulator.tasks()).toHaveLength(1);
  } finally {
    await rig.simulator.stop();
  }
});

it('reads what is left in the resource packs', async () => {
  const rig = await startRig('keyPair')();
  try {
    expect(await rig.adapter.balance?.({ credential: rig.credential })).toMatchObject({
      lines: [{ name: 'Simulated pack', remaining: '1000000', unit: 'kling_unit', usable: true }],
    });
  } finally {
    await rig.simulator.stop();
  }
});
