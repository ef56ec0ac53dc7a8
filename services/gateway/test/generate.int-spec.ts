import type { AssetRecord } from '@shotloom/contracts';
import { AppError, isId, newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

// A gateway with all that it needs takes seconds to start on a busy machine.
jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;
let other: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.addUser();
  other = await gateway.addUser();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.backstage.reset());

const addAsset = (owner: TestUser, facts?: Partial<AssetRecord>): AssetRecord =>
  gateway.backstage.addAsset(owner, facts);
const addVideo = (owner: TestUser, facts?: Partial<AssetRecord>): AssetRecord =>
  gateway.backstage.addVideo(owner, facts);
const generate = (what: string, json: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  call(gateway, `/api/v1/generate/${what}`, user, { json, headers });
const text = (json: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer> =>
  generate('text-to-video', { prompt: 'a boat', ...json }, headers);
const onlyRequest = (): GatewayFixture['backstage']['accepted'][number] => {
  const [first, ...more] = gateway.backstage.accepted;
  if (!first || more.length > 0)
    throw new Error(`${gateway.backstage.accepted.length} requests were accepted`);
  return first;
};

describe('what is accepted', () => {
  it('has every default filled in, a price, and an address', async () => {
    const asset = addAsset(user);
    const answer = await generate('image-to-video', {
      prompt: '  camera zooms in ',
      asset_id: asset.assetId,
    });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/api/v1/jobs/${String(answer.body['id'])}`);
    const accepted = onlyRequest();
    expect(accepted).toMatchObject({
      userId: user.userId,
      accountId: user.accountId,
      idempotency: null,
      price: { credits: 5, version: '2026-11-01' },
      request: {
        operation: 'image-to-video',
        model: 'animatic:animatic-1',
        prompt: 'camera zooms in',
        durationSeconds: 5,
        // The picture is upright.
        aspectRatio: '9:16',
        size: '720P',
        width: 720,
        height: 1280,
        strength: null,
        inputs: [
          { role: 'image', assetId: asset.assetId, objectKey: asset.objectKey, contentType: 'image/jpeg' },
        ],
      },
    });
    expect(accepted.jobIds.every(isId)).toBe(true);
    expect(accepted.request.seed).toBeGreaterThanOrEqual(0);
    expect(answer.body).toMatchObject({
      status: 'queued',
      price: { credits: 5 },
      seed: accepted.request.seed,
    });
  });

  it.each(['', 'https://video.example', 'http://HOST'])('takes our own file_url at %j', async (origin) => {
    const { assetId } = addAsset(user);
    const base = origin === 'http://HOST' ? gateway.url : origin;
    const body = { prompt: 'a', file_url: `${base}/api/v1/assets/${assetId}/file` };
    expect((await generate('image-to-video', body)).status).toBe(202);
    expect(onlyRequest().request.inputs[0]?.assetId).toBe(assetId);
  });

  it('reads a size in pixels as its class and ratio', async () => {
    expect((await text({ size: '1080x1920' })).body).toMatchObject({ size: '1080P', aspect_ratio: '9:16' });
    expect((await text({ size: '720p', aspect_ratio: '1:1' })).body).toMatchObject({
      width: 720,
      height: 720,
    });
  });

  it('keeps the length of a video that becomes anime, and gives strength a default', async () => {
    const { assetId } = addVideo(user);
    const answer = await generate('video-to-anime', { asset_id: assetId, style_preset: 'ghibli' });
    expect(answer.body).toMatchObject({ duration: 4, aspect_ratio: '16:9', strength: 0.6, prompt: '' });
  });

  it('makes variants as a group with one seed to each request', async () => {
    const answer = await text({ variants: 3, seed: 7 });
    expect(answer.body['data']).toHaveLength(3);
    expect(onlyRequest().jobIds).toHaveLength(3);
  });

  it('passes the idempotency key on with a hash that the order of fields does not change', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    await generate('text-to-video', { prompt: 'a', duration: 5 }, headers);
    await generate('text-to-video', { duration: 5, prompt: 'a' }, headers);
    await generate('text-to-video', { duration: 6, prompt: 'a' }, headers);
    const [first, second, third] = gateway.backstage.accepted.map((request) => request.idempotency);
    expect(first).toMatchObject({ key: 'order-1', route: 'POST /api/v1/generate/text-to-video' });
    expect(second).toEqual(first);
    expect(third?.bodyHash).not.toBe(first?.bodyHash);
  });
});

describe('what is refused, with its field and a sentence, before anything is accepted', () => {
  afterEach(() => expect(gateway.backstage.accepted).toEqual([]));
  const refused = async (answer: Promise<Answer>, expected: object): Promise<void> => {
    const { body, headers } = await answer;
    expect(body).toMatchObject(expected);
    expect(headers.get('content-type')).toContain('application/problem+json');
  };

  it.each<[string, Record<string, unknown>, string, string]>([
    ['no prompt', { prompt: undefined }, 'invalid_input', 'prompt'],
    ['an empty prompt', { prompt: '   ' }, 'invalid_input', 'prompt'],
    ['half of a surrogate pair', { prompt: 'a\ud800' }, 'invalid_input', 'prompt'],
    ['2,001 characters', { prompt: 'x'.repeat(2_001) }, 'invalid_input', 'prompt'],
    ['a field nobody knows', { promt: 'a' }, 'invalid_input', 'promt'],
    ['an unknown model', { model: 'nobody:nothing' }, 'invalid_input', 'model'],
    ['a model that is none', { model: 'nonsense' }, 'invalid_input', 'model'],
    ['an unknown provider', { provider: 'nobody' }, 'invalid_input', 'provider'],
    ['another provider', { provider: 'kling', model: 'animatic:animatic-1' }, 'invalid_input', 'provider'],
    ['a duration the model lacks', { duration: 16 }, 'unsupported_by_model', 'duration'],
    ['half a second', { duration: 0.5 }, 'invalid_input', 'duration'],
    ['an unknown ratio', { aspect_ratio: '2:1' }, 'invalid_input', 'aspect_ratio'],
    ['a size the model lacks', { size: '4320P' }, 'unsupported_by_model', 'size'],
    ['pixels the model lacks', { size: '1281x720' }, 'unsupported_by_model', 'size'],
    [
      'pixels of another ratio',
      { size: '1280x720', aspect_ratio: '1:1' },
      'unsupported_by_model',
      'aspect_ratio',
    ],
    ['a negative prompt', { negative_prompt: 'rain' }, 'unsupported_by_model', 'negative_prompt'],
    ['an unknown style', { style_preset: 'cubist' }, 'invalid_input', 'style_preset'],
    ['a negative seed', { seed: -1 }, 'invalid_input', 'seed'],
    ['six variants', { variants: 6 }, 'invalid_input', 'variants'],
    [
      '17 entries of metadata',
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v'])) },
      'invalid_input',
      'metadata',
    ],
  ])('%s', (_, change, code, field) => refused(text(change), problem(422, code, [field])));

  it('several things at once, all named', () =>
    refused(text({ duration: 99, size: '4320P', negative_prompt: 'x' }), {
      ...problem(422, 'unsupported_by_model', ['duration', 'size', 'negative_prompt']),
    }));

  it('a body that is no object, and none', async () => {
    await refused(generate('text-to-video', ['x']), problem(422, 'invalid_input', ['body']));
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    await refused(
      call(gateway, '/api/v1/generate/text-to-video', user, init),
      problem(422, 'invalid_input', ['body']),
    );
  });

  it('no source, two sources, and a source elsewhere', async () => {
    const { assetId } = addAsset(user);
    const go = (json: object): Promise<Answer> => generate('image-to-video', { prompt: 'a', ...json });
    await refused(go({}), problem(422, 'invalid_input', ['file_url']));
    const both = { asset_id: assetId, file_url: `/api/v1/assets/${assetId}/file` };
    await refused(go(both), problem(422, 'invalid_input', ['file_url', 'asset_id']));
    for (const url of [
      `https://evil.example/api/v1/assets/${assetId}/file`,
      'http://169.254.169.254/latest/meta-data',
      'file:///etc/passwd',
      '//evil.example/x',
      '/api/v1/jobs',
      'javascript:alert(1)',
    ]) {
      await refused(go({ file_url: url }), problem(422, 'invalid_input', ['file_url']));
    }
  });

  it('an asset that is not there, and one of another user, in the same words', async () => {
    const go = (id: string): Promise<Answer> => generate('image-to-video', { prompt: 'a', asset_id: id });
    const theirs = addAsset(other).assetId;
    for (const id of ['x', newId(), theirs]) {
      await refused(go(id), {
        ...problem(404, 'not_found', ['asset_id']),
        detail: `There is no asset ${id}.`,
      });
    }
  });

  it('a video where a picture is needed, and the other way round', async () => {
    const video = addVideo(user).assetId;
    const image = addAsset(user).assetId;
    await refused(
      generate('image-to-video', { prompt: 'a', asset_id: video }),
      problem(422, 'invalid_input', ['asset_id']),
    );
    await refused(
      generate('video-to-anime', { asset_id: image }),
      problem(422, 'invalid_input', ['asset_id']),
    );
  });

  it('a source that is more than the model takes', async () => {
    const long = addVideo(user, { durationSeconds: 61 }).assetId;
    await refused(
      generate('video-to-anime', { asset_id: long }),
      problem(422, 'unsupported_by_model', ['asset_id']),
    );
    const huge = addAsset(user, { width: 8_000, height: 8_000, sizeBytes: 11 * 1024 * 1024 }).assetId;
    await refused(
      generate('image-to-video', { prompt: 'a', asset_id: huge }),
      problem(422, 'unsupported_by_model', ['asset_id', 'asset_id']),
    );
  });

  it('an idempotency key that is none', () =>
    refused(
      text({}, { 'idempotency-key': 'x'.repeat(256) }),
      problem(422, 'invalid_input', ['Idempotency-Key']),
    ));
});

describe('what job-orchestrator says', () => {
  it.each([
    ['insufficient_credits', 402],
    ['conflict', 409],
  ] as const)('reaches the caller: %s is %i', async (code, status) => {
    gateway.backstage.onAccept = () => Promise.reject(new AppError(code, 'It said so.'));
    expect((await text({})).body).toMatchObject({ ...problem(status, code), detail: 'It said so.' });
  });

  it('is looked up where the answer was lost: an accepted job is answered as accepted', async () => {
    gateway.backstage.onAccept = () =>
      Promise.reject(new AppError('unavailable', 'lost', { outcome: 'unknown', retryable: true }));
    const answer = await text({ variants: 2 });
    expect(answer.status).toBe(202);
    expect(answer.body['data']).toHaveLength(2);
  });

  it('is 503 with the ids where nobody knows', async () => {
    gateway.backstage.onAccept = ({ jobIds }) => {
      for (const id of jobIds) gateway.backstage.jobs.delete(id);
      return Promise.reject(new AppError('unavailable', 'lost', { outcome: 'unknown' }));
    };
    const answer = await text({});
    expect(answer.body).toMatchObject({ ...problem(503, 'unavailable'), job_ids: onlyRequest().jobIds });
    expect(answer.headers.get('retry-after')).toBe('2');
  });
});

it('says 503 where a service that is needed is not there', async () => {
  const alone = await startGateway();
  try {
    const someone = await alone.addUser();
    await alone.backstage.close();
    const answer = await waitFor(
      async () => {
        const last = await call(alone, '/api/v1/jobs', someone);
        return last.status === 503 && last;
      },
      { what: 'a 503' },
    );
    expect(answer.body).toMatchObject(problem(503, 'unavailable'));
  } finally {
    await alone.close();
  }
});
