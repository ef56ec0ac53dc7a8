import { isId } from '@shotloom/kernel';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;
let other: TestUser;

beforeAll(async () => {
  gateway = await startGateway({ PROVIDERS_ENABLED: 'animatic,kling' });
  user = await gateway.addUser();
  other = await gateway.addUser();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.backstage.reset());

const OMNI = 'kling:kling-3.0-omni';
const generate = (what: string, json: object): Promise<Answer> =>
  call(gateway, `/api/v1/generate/${what}`, user, { json: { prompt: 'a boat', ...json } });
const picture = (owner = user): string =>
  gateway.backstage.addAsset(owner, { width: 1_000, height: 1_000 }).assetId;
const accepted = () => {
  const [first] = gateway.backstage.accepted;
  if (!first) throw new Error('nothing was accepted');
  return first;
};

describe('parameters', () => {
  it('are kept with their defaults, priced, and shown with the job', async () => {
    const body = { model: 'kling:kling-2.6', size: '1080P', duration: 10, params: { sound: true } };
    const { status, body: job } = await generate('text-to-video', body);
    expect(status).toBe(202);
    expect(job).toMatchObject({
      params: { sound: true, watermark: false },
      price: { credits: 140 },
      adjustments: [],
    });
    expect(accepted()).toMatchObject({
      request: { params: { sound: true, watermark: false } },
      price: { credits: 140, version: '2026-11-22' },
    });
  });

  it('move the size that was left open, and its price with it', async () => {
    const { body } = await generate('text-to-video', { model: 'kling:kling-2.6', params: { mode: 'pro' } });
    expect(body).toMatchObject({ size: '1080P', price: { credits: 35 } });
    expect((await generate('text-to-video', { model: 'kling:kling-2.6' })).body).toMatchObject({
      size: '720P',
      price: { credits: 25 },
    });
  });

  it.each<[object, string, string[]]>([
    [{ params: { sound: 'on' } }, 'unsupported_by_model', ['params.sound']],
    [{ params: { steps: 4, cfg: 1 } }, 'unsupported_by_model', ['params.steps', 'params.cfg']],
    [{ params: { sound: true }, size: '720P' }, 'unsupported_by_model', ['size']],
    [{ params: { sound: [true] } }, 'invalid_input', ['params.sound']],
    [{ params: { 'Sound!': true } }, 'invalid_input', ['params.Sound!']],
    [{ params: 'sound' }, 'invalid_input', ['params']],
    [
      { params: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`p${index}`, 1])) },
      'invalid_input',
      ['params'],
    ],
  ])('are refused where the model does not take %j', async (more, code, fields) => {
    const { body } = await generate('text-to-video', { model: 'kling:kling-2.6', ...more });
    expect(body).toMatchObject(problem(422, code, fields));
    expect(gateway.backstage.accepted).toEqual([]);
  });

  it('say what there is', async () => {
    const { body } = await generate('text-to-video', { model: 'kling:kling-2.6', params: { steps: 4 } });
    expect(body['detail']).toBe('kling:kling-2.6 has no parameter steps. It takes: mode, sound, watermark.');
  });

  it('must be those of every model of a chain', async () => {
    const chain = { model: 'kling:kling-2.6', params: { sound: true }, fallback: ['kling:kling-2.5-turbo'] };
    expect((await generate('text-to-video', chain)).body).toMatchObject(
      problem(422, 'unsupported_by_model', ['fallback.0']),
    );
    const both = { ...chain, fallback: ['kling:kling-3.0'] };
    expect((await generate('text-to-video', both)).status).toBe(202);
    expect(accepted().fallback).toMatchObject([
      { request: { size: '1080P', params: { sound: true, multi_shot: false } }, price: { credits: 85 } },
    ]);
  });
});

describe('further pictures', () => {
  it('are kept under their roles, by id or by address of ours', async () => {
    const [first, last, one, two] = [picture(), picture(), picture(), picture()];
    const { status, body } = await generate('image-to-video', {
      model: OMNI,
      asset_id: first,
      last_frame: `/api/v1/assets/${last}/file`,
      subject_reference_url: `https://video.example/api/v1/assets/${one}/file`,
      references: [two],
    });
    expect(status).toBe(202);
    expect(accepted().request.inputs.map(({ role, assetId }) => [role, assetId])).toEqual([
      ['image', first],
      ['last_frame', last],
      ['reference', one],
      ['reference', two],
    ]);
    expect(body).toMatchObject({
      input_asset_ids: [first, last, one, two],
      inputs: [
        { asset_id: first, role: 'first_frame' },
        { asset_id: last, role: 'last_frame' },
        { asset_id: one, role: 'reference' },
        { asset_id: two, role: 'reference' },
      ],
    });
  });

  it('may be the only ones, where the video is made of words', async () => {
    const reference = picture();
    const { body } = await generate('text-to-video', { model: OMNI, references: [reference] });
    expect(body).toMatchObject({
      inputs: [{ asset_id: reference, role: 'reference' }],
      aspect_ratio: '16:9',
    });
  });

  it('go with a retry', async () => {
    const ids = [picture(), picture()];
    const body = { model: OMNI, references: ids, params: { sound: true } };
    const { body: job } = await generate('text-to-video', body);
    gateway.backstage.change(String(job['id']), { status: 'failed' });
    const again = await call(gateway, `/api/v1/jobs/${String(job['id'])}/retry`, user, { json: {} });
    expect(again.body).toMatchObject({
      inputs: ids.map((id) => ({ asset_id: id, role: 'reference' })),
      params: { sound: true },
    });
  });

  it('of somebody else are not there', async () => {
    const theirs = picture(other);
    for (const [field, more] of [
      ['last_frame', { last_frame: theirs }],
      ['references.0', { references: [`/api/v1/assets/${theirs}/file`] }],
      ['subject_reference_url', { subject_reference_url: theirs }],
    ] as const) {
      const { body } = await generate('image-to-video', { model: OMNI, asset_id: picture(), ...more });
      expect(isId(theirs)).toBe(true);
      expect(body).toMatchObject({
        ...problem(404, 'not_found', [field]),
        detail: `There is no asset ${theirs}.`,
      });
    }
  });

  it.each<[string, object, string, string[]]>([
    ['at another server', { last_frame: 'https://evil.example/a.png' }, 'invalid_input', ['last_frame']],
    [
      'that the model does not take',
      { model: 'animatic:animatic-1', last_frame: 'x' },
      'unsupported_by_model',
      ['last_frame'],
    ],
    [
      'beyond what it takes',
      { references: Array<string>(8).fill('x') },
      'unsupported_by_model',
      ['references'],
    ],
  ])('are refused %s', async (_, more, code, fields) => {
    const { body } = await generate('image-to-video', { model: OMNI, asset_id: picture(), ...more });
    expect(body).toMatchObject(problem(422, code, fields));
  });

  it('must be pictures', async () => {
    const { assetId } = gateway.backstage.addVideo(user);
    const { body } = await generate('image-to-video', {
      model: OMNI,
      asset_id: picture(),
      last_frame: assetId,
    });
    expect(body).toMatchObject(problem(422, 'invalid_input', ['last_frame']));
  });
});

it('needs a prompt for a picture too, where the model does', async () => {
  const { body } = await generate('image-to-video', { prompt: undefined, model: OMNI, asset_id: picture() });
  expect(body).toMatchObject(problem(422, 'invalid_input', ['prompt']));
});

it('says where a wish became something else', async () => {
  const body = { model: 'kling:kling-2.6', asset_id: picture(), aspect_ratio: '16:9' };
  expect((await generate('image-to-video', body)).body).toMatchObject({
    aspect_ratio: '16:9',
    adjustments: [{ field: 'aspect_ratio', from: '16:9', to: 'adaptive' }],
  });
});

it('says what becomes of a picture that the vendor does not take as it is, and refuses what would lose too much', async () => {
  const facts = { width: 3_000, height: 1_000, contentType: 'image/webp' };
  const { assetId } = gateway.backstage.addAsset(user, facts);
  const { body } = await generate('image-to-video', { model: 'kling:kling-2.6', asset_id: assetId });
  expect(body).toMatchObject({
    adjustments: [{ field: 'asset_id', from: '3000x1000 WEBP', to: '2500x1000 JPEG' }],
  });
  expect(accepted().request.inputs).toMatchObject([
    { assetId, fit: { width: 2_500, height: 1_000, contentType: 'image/jpeg', maxBytes: 10_485_760 } },
  ]);
  const stamp = gateway.backstage.addAsset(user, { width: 100, height: 100 });
  const refused = await generate('image-to-video', { model: 'kling:kling-2.6', asset_id: stamp.assetId });
  expect(refused.body).toMatchObject(problem(422, 'unsupported_by_model', ['asset_id']));
  expect(String(refused.body['detail'])).toContain('at least 300 pixels a side');
});

it('shows all of it with the model', async () => {
  const { body } = await call(gateway, '/api/v1/models/kling:kling-2.6', user);
  expect(body).toMatchObject({
    params: { sound: { type: 'boolean', default: false } },
    price: { rates: expect.any(Array) as unknown[] },
    constraints: expect.any(Array) as unknown[],
    inputs: { last_frame: { min_side: 300, fit: 'limits' } },
  });
});
