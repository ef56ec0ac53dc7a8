import { MODELS, type ModelSpec } from '@shotloom/contracts';
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
  provider: id.split(':')[0] ?? id,
  price: { version: 'test-1', base: 0, per_second: 2 },
  ...facts,
});
/** One for each way in which another model may differ. */
const MODELS_HERE: ModelSpec[] = [
  aModel('acme:main', { sizes: { ...ANIMATIC.sizes, '4K': { '16:9': { width: 3840, height: 2160 } } } }),
  aModel('acme:dear', { price: { version: 'test-1', base: 1, per_second: 9 } }),
  aModel('acme:small', {
    sizes: { '540P': { '16:9': { width: 960, height: 540 }, '1:1': { width: 540, height: 540 } } },
    default_size: '540P',
    duration: { min: 6, max: 10, step: 4, default: 6 },
  }),
  aModel('acme:upright', { aspect_ratios: ['9:16'] }),
  aModel('acme:odd', { sizes: { '720P': { '16:9': { width: 1_366, height: 768 } } } }),
  aModel('acme:seedless', { supports: { negative_prompt: true, seed: false, strength: false } }),
  aModel('acme:words', {
    operations: ['text-to-video'],
    inputs: { image: null, video: null },
  }),
  aModel('acme:light', { inputs: { image: { max_bytes: 500, max_pixels: 50_000_000 }, video: null } }),
  aModel('acme:old', { retires_on: '2026-01-01', successor: 'acme:dear' }),
  aModel('absent:one'),
];

let gateway: GatewayFixture;
let user: TestUser;
beforeAll(async () => {
  gateway = await startGateway({ PROVIDERS_ENABLED: 'acme' }, { models: MODELS_HERE });
  user = await gateway.addUser();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.backstage.reset());

const text = (json: object): Promise<Answer> =>
  call(gateway, '/api/v1/generate/text-to-video', user, {
    json: { prompt: 'a boat', model: 'acme:main', ...json },
  });
const image = (json: object): Promise<Answer> => {
  const { assetId } = gateway.backstage.addAsset(user);
  const body = { prompt: 'a boat', model: 'acme:main', asset_id: assetId, ...json };
  return call(gateway, '/api/v1/generate/image-to-video', user, { json: body });
};
const accepted = () => {
  const [first] = gateway.backstage.accepted;
  if (!first) throw new Error('nothing was accepted');
  return first;
};

describe('a chain', () => {
  it('has each model once, with its own request and price, in the order that was asked for', async () => {
    const fallback = ['acme:dear', 'acme:upright', 'acme:dear'];
    expect((await image({ fallback, seed: 7, duration: 4 })).status).toBe(202);
    const { request, price, fallback: chain } = accepted();
    expect(price).toEqual({ credits: 8, version: 'test-1' });
    expect(chain).toEqual([
      { request: { ...request, model: 'acme:dear' }, price: { credits: 37, version: 'test-1' } },
      { request: { ...request, model: 'acme:upright' }, price: { credits: 8, version: 'test-1' } },
    ]);
  });

  it('is of one seed, although nobody asked for one', async () => {
    await text({ fallback: ['acme:dear', 'acme:seedless'] });
    const { request, fallback } = accepted();
    expect(fallback.map((link) => link.request.seed)).toEqual([request.seed, request.seed]);
  });

  it('takes what a model has where the user left it open', async () => {
    await text({ fallback: ['acme:small', 'acme:upright'] });
    const { request, fallback } = accepted();
    expect(request).toMatchObject({ size: '720P', aspectRatio: '16:9', durationSeconds: 5 });
    expect(fallback).toMatchObject([
      {
        request: { size: '540P', aspectRatio: '16:9', width: 960, durationSeconds: 6 },
        price: { credits: 12 },
      },
      { request: { size: '720P', aspectRatio: '9:16', durationSeconds: 5 }, price: { credits: 10 } },
    ]);
  });

  it('reads pixels as the class and shape that they are, since another vendor may have other pixels', async () => {
    await text({ size: '1280x720', fallback: ['acme:odd'] });
    expect(accepted().fallback).toMatchObject([{ request: { size: '720P', width: 1_366, height: 768 } }]);
  });

  it('is empty unless asked for', async () => {
    await text({});
    expect(accepted().fallback).toEqual([]);
  });
});

describe('what is refused, with the place in the chain', () => {
  afterEach(() => expect(gateway.backstage.accepted).toEqual([]));
  const refused = async (
    answer: Promise<Answer>,
    code: string,
    fields: string[],
    reason: RegExp,
  ): Promise<void> => {
    const { body } = await answer;
    expect(body).toMatchObject(problem(422, code, fields));
    expect(JSON.stringify(body['errors'])).toMatch(reason);
  };

  it.each<[string, object, string, string[], RegExp]>([
    [
      'an unknown model',
      { fallback: ['acme:dear', 'no:model'] },
      'invalid_input',
      ['fallback.1'],
      /no model no:model/,
    ],
    ['the main model', { fallback: ['acme:main'] }, 'invalid_input', ['fallback.0'], /tried first/],
    ['no model', { fallback: ['nonsense'] }, 'invalid_input', ['fallback.0'], /provider:model/],
    [
      'a retired one',
      { fallback: ['acme:old'] },
      'unsupported_by_model',
      ['fallback.0'],
      /Use acme:dear instead/,
    ],
    [
      'one that is off',
      { fallback: ['absent:one'] },
      'unsupported_by_model',
      ['fallback.0'],
      /not switched on/,
    ],
    [
      'a length',
      { duration: 7, fallback: ['acme:small'] },
      'unsupported_by_model',
      ['fallback.0'],
      /6 to 10 s/,
    ],
    ['a size', { size: '1080P', fallback: ['acme:small'] }, 'unsupported_by_model', ['fallback.0'], /540P/],
    [
      'a shape',
      { aspect_ratio: '16:9', fallback: ['acme:upright'] },
      'unsupported_by_model',
      ['fallback.0'],
      /9:16/,
    ],
    [
      'a shape in pixels',
      { size: '1280X720', fallback: ['acme:upright'] },
      'unsupported_by_model',
      ['fallback.0'],
      /9:16/,
    ],
    [
      'a seed',
      { seed: 1, fallback: ['acme:dear', 'acme:seedless'] },
      'unsupported_by_model',
      ['fallback.1'],
      /no seed/,
    ],
    [
      'several things at once',
      { seed: 1, duration: 7, fallback: ['acme:old', 'acme:small', 'acme:seedless'] },
      'unsupported_by_model',
      ['fallback.0', 'fallback.1', 'fallback.2'],
      /retired.*6 to 10.*no seed/,
    ],
    ['six of them', { fallback: Array(6).fill('acme:dear') }, 'invalid_input', ['fallback'], /./],
  ])('%s', (_, change, code, fields, reason) => refused(text(change), code, fields, reason));

  it('a source that another model does not take', async () => {
    await refused(image({ fallback: ['acme:light'] }), 'unsupported_by_model', ['fallback.0'], /500 bytes/);
    await refused(
      image({ fallback: ['acme:words'] }),
      'unsupported_by_model',
      ['fallback.0', 'fallback.0'],
      /cannot do image-to-video.*takes no picture/,
    );
  });

  it('a model above the price, the main one or another', async () => {
    const dear = (json: object, fields: string[], reason: RegExp) =>
      refused(text({ duration: 4, ...json }), 'invalid_input', fields, reason);
    await dear(
      { max_price_credits: 7 },
      ['max_price_credits'],
      /acme:main costs 8 credits for 4 s.* allows 7/,
    );
    await dear({ max_price_credits: 36, fallback: ['acme:dear'] }, ['fallback.0'], /acme:dear costs 37/);
    await dear(
      { max_price_credits: 0, fallback: ['acme:dear'] },
      ['max_price_credits', 'fallback.0'],
      /8.*37/,
    );
  });
});

it('accepts what costs as much as is allowed', async () => {
  const answer = await text({ duration: 4, max_price_credits: 37, fallback: ['acme:dear'] });
  expect(answer.status).toBe(202);
});
