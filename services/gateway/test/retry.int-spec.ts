import { MODELS, type JobRecord, type ModelSpec } from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(30_000);

const [ANIMATIC] = MODELS;
if (!ANIMATIC) throw new Error('no model');
const aModel = (id: string, facts: Partial<ModelSpec> = {}): ModelSpec => ({
  ...ANIMATIC,
  id,
  provider: 'acme',
  price: { version: 'then', base: 0, per_second: 1 },
  ...facts,
});
/** What the first of these is today; the rest stays as it is. */
const models: ModelSpec[] = [
  aModel('acme:main'),
  aModel('acme:other', { price: { version: 'then', base: 0, per_second: 3 } }),
  aModel('acme:third'),
];

let gateway: GatewayFixture;
let user: TestUser;
let other: TestUser;
beforeAll(async () => {
  gateway = await startGateway({ PROVIDERS_ENABLED: 'acme' }, { models });
  user = await gateway.addUser();
  other = await gateway.addUser();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.backstage.reset());
afterEach(() => today(0, aModel('acme:main')));

function today(index: number, model: ModelSpec): void {
  models[index] = model;
  gateway.catalogue.replace([...models]);
}
const generate = async (what: string, json: object): Promise<string> => {
  const answer = await call(gateway, `/api/v1/generate/${what}`, user, { json });
  if (answer.status !== 202) throw new Error(answer.text);
  return String(answer.body['id']);
};
const ended = async (json: object = {}, facts: Partial<JobRecord> = {}): Promise<string> => {
  const id = await generate('text-to-video', { prompt: 'a boat', model: 'acme:main', ...json });
  gateway.backstage.change(id, { status: 'failed', ...facts });
  return id;
};
const retry = (
  id: string,
  json?: unknown,
  headers: Record<string, string> = {},
  who = user,
): Promise<Answer> =>
  call(gateway, `/api/v1/jobs/${id}/retry`, who, {
    method: 'POST',
    headers,
    ...(json === undefined ? {} : { json }),
  });
const last = () => {
  const accepted = gateway.backstage.accepted.at(-1);
  if (!accepted) throw new Error('nothing was accepted');
  return accepted;
};

describe('a retry', () => {
  it.each(['completed', 'failed', 'cancelled'] as const)(
    'of a %s job is a new job with the same inputs',
    async (status) => {
      const id = await ended(
        { seed: 7, style_preset: 'ghibli', metadata: { scene: '1' }, size: '1920x1080' },
        { status },
      );
      const first = last();
      const answer = await retry(id);
      expect(answer.status).toBe(202);
      expect(answer.body).toMatchObject({
        status: 'queued',
        retry_of: id,
        seed: 7,
        metadata: { scene: '1' },
      });
      expect(answer.headers.get('location')).toBe(`/api/v1/jobs/${String(answer.body['id'])}`);
      expect(answer.body['id']).not.toBe(id);
      expect(last()).toEqual({ ...first, jobIds: [answer.body['id']], retryOf: id });
    },
  );

  it('keeps a seed, draws another, or takes the one that is given', async () => {
    const id = await ended();
    const { seed } = last().request;
    expect((await retry(id, { seed: 'same' })).body).toMatchObject({ seed });
    expect((await retry(id, { seed: 12 })).body).toMatchObject({ seed: 12 });
    const drawn = [await retry(id, { seed: 'random' }), await retry(id, { seed: 'random' })];
    expect(new Set([seed, ...drawn.map(({ body }) => body['seed'])]).size).toBe(3);
  });

  it('has the price of today, and none above what is allowed', async () => {
    const id = await ended();
    today(0, aModel('acme:main', { price: { version: 'now', base: 1, per_second: 2 } }));
    expect((await retry(id)).body).toMatchObject({ price: { credits: 11, version: 'now' } });
    const before = gateway.backstage.accepted.length;
    const dear = await retry(id, { max_price_credits: 10 });
    expect(dear.body).toMatchObject(problem(422, 'invalid_input', ['max_price_credits']));
    expect(gateway.backstage.accepted).toHaveLength(before);
  });

  it('keeps the chain, but for models that are gone or too dear', async () => {
    const id = await ended({ fallback: ['acme:other', 'acme:third'] });
    const { fallback } = last();
    await retry(id);
    expect(last().fallback).toEqual(fallback);
    await retry(id, { max_price_credits: 14 });
    expect(last().fallback.map(({ request }) => request.model)).toEqual(['acme:third']);
    today(2, aModel('acme:third', { retires_on: '2026-01-01' }));
    await retry(id);
    expect(last().fallback.map(({ request }) => request.model)).toEqual(['acme:other']);
    today(2, aModel('acme:third'));
  });

  it('starts with the model that was asked for, where the job ended with another', async () => {
    const id = await ended({ fallback: ['acme:other'] });
    gateway.backstage.change(id, { model: 'acme:other', fallback: ['acme:other', 'acme:main'] });
    await retry(id);
    expect(last()).toMatchObject({
      request: { model: 'acme:main' },
      fallback: [{ request: { model: 'acme:other' } }],
    });
  });

  it('has its picture again, and its strength', async () => {
    const { assetId } = gateway.backstage.addVideo(user);
    const id = await generate('video-to-anime', { asset_id: assetId, model: 'acme:main', strength: 0.3 });
    gateway.backstage.change(id, { status: 'failed' });
    const { request } = last();
    await retry(id);
    expect(last().request).toEqual(request);
  });

  it('is bound to its idempotency key, its job and its body', async () => {
    const id = await ended();
    const key = { 'idempotency-key': 'again-1' };
    await retry(id, undefined, key);
    await retry(id, {}, key);
    await retry(id, { seed: 'random' }, key);
    const [none, empty, random] = gateway.backstage.accepted.slice(-3).map(({ idempotency }) => idempotency);
    expect(none).toMatchObject({ key: 'again-1', route: `POST /api/v1/jobs/${id}/retry` });
    expect(empty).toEqual(none);
    expect(random?.bodyHash).not.toBe(none?.bodyHash);
    expect((await retry(id, undefined, { 'idempotency-key': 'a b' })).body).toMatchObject(
      problem(422, 'invalid_input', ['Idempotency-Key']),
    );
  });

  it('is looked up where the answer was lost', async () => {
    const id = await ended();
    gateway.backstage.onAccept = () =>
      Promise.reject(new AppError('unavailable', 'lost', { outcome: 'unknown' }));
    expect((await retry(id)).body).toMatchObject({ status: 'queued', retry_of: id });
  });
});

describe('what is refused', () => {
  let accepted: number;
  const refused = async (answer: Promise<Answer>, expected: object): Promise<Answer> => {
    accepted = gateway.backstage.accepted.length;
    const got = await answer;
    expect(got.body).toMatchObject(expected);
    expect(gateway.backstage.accepted).toHaveLength(accepted);
    return got;
  };

  it.each(['queued', 'submitted', 'processing', 'storing'] as const)('a job that is %s', async (status) => {
    const id = await ended({}, { status });
    const { body } = await refused(retry(id), { ...problem(409, 'conflict'), job_status: status });
    expect(body['detail']).toContain('cancel it first');
  });

  it('a job of which nobody knows whether the vendor took it', async () => {
    const id = await ended({}, { status: 'processing', conditions: ['uncertain'] });
    const { body } = await refused(retry(id), problem(409, 'conflict'));
    expect(body['detail']).toContain('not known yet');
  });

  it("a job that is not there, and another user's, in the same words", async () => {
    const id = await ended();
    for (const [jobId, who] of [
      [id, other],
      [newId(), user],
      ['x', user],
    ] as const) {
      await refused(retry(jobId, {}, {}, who), {
        ...problem(404, 'not_found'),
        detail: `There is no job ${jobId}.`,
      });
    }
  });

  it('a model that was retired, with the one to use instead', async () => {
    const id = await ended();
    today(0, aModel('acme:main', { retires_on: '2026-01-01', successor: 'acme:other' }));
    const { body } = await refused(retry(id), problem(422, 'unsupported_by_model', ['model']));
    expect(body['detail']).toContain('Use acme:other instead');
  });

  it('a model that can no longer do it', async () => {
    const id = await ended({ duration: 12 });
    today(0, aModel('acme:main', { duration: { min: 1, max: 10, step: 1, default: 5 } }));
    await refused(retry(id), problem(422, 'unsupported_by_model', ['duration']));
  });

  it('a seed where the model has none, and only then', async () => {
    const id = await ended();
    today(0, aModel('acme:main', { supports: { negative_prompt: false, seed: false, strength: false } }));
    await refused(retry(id, { seed: 5 }), problem(422, 'unsupported_by_model', ['seed']));
    expect((await retry(id)).status).toBe(202);
  });

  it('a source that was deleted', async () => {
    const { assetId } = gateway.backstage.addAsset(user);
    const id = await generate('image-to-video', { prompt: 'a', asset_id: assetId, model: 'acme:main' });
    gateway.backstage.change(id, { status: 'failed' });
    gateway.backstage.assets.delete(assetId);
    const { body } = await refused(retry(id), problem(409, 'conflict'));
    expect(body['detail']).toContain('upload it again');
  });

  it.each<[unknown, string]>([
    [{ seed: 'another' }, 'seed'],
    [{ seed: -1 }, 'seed'],
    [{ seed: 1.5 }, 'seed'],
    [{ sead: 1 }, 'sead'],
    [{ max_price_credits: -1 }, 'max_price_credits'],
    [[], 'body'],
    ['same', 'body'],
  ])('the body %j', async (body, field) => {
    await refused(retry(await ended(), body), problem(422, 'invalid_input', [field]));
  });

  it('what job-orchestrator refuses', async () => {
    const id = await ended();
    gateway.backstage.onAccept = () => Promise.reject(new AppError('insufficient_credits', 'Not enough.'));
    expect((await retry(id)).body).toMatchObject(problem(402, 'insufficient_credits'));
  });
});
