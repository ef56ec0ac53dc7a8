import { Catalogue, priceOf } from '../../catalogue';
import { vendorCostOf, violations, type RequestFacts } from '../../rules';
import { kling } from '.';

const today = new Date('2026-11-22');
const catalogue = new Catalogue(new Set(['kling']), kling.models);
const living = kling.models.filter((model) => catalogue.state(model, today).enabled);
const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  ...{ operation: 'image-to-video', size: '720P', aspectRatio: '16:9', durationSeconds: 5 },
  ...{ params: { sound: false }, inputs: [{ role: 'first_frame' }] },
  ...more,
});

it('names a living successor for everything retired', () => {
  for (const model of kling.models.filter(({ retires_on }) => retires_on !== null)) {
    expect(living.map(({ id }) => id)).toContain(model.successor);
    expect(catalogue.state(model, today)).toMatchObject({
      enabled: false,
      reason: expect.stringContaining(`Use ${model.successor}`) as string,
    });
  }
});

it.each<[Partial<RequestFacts>, number, number, number]>([
  [{}, 25, 1.5, 210_000],
  [{ size: '1080P' }, 35, 2.5, 350_000],
  [{ size: '1080P', params: { sound: true } }, 70, 5, 700_000],
  [{ size: '1080P', params: { sound: true }, durationSeconds: 10 }, 140, 10, 1_400_000],
  // Nothing is said of it: it costs what is dearest.
  [{ size: '2160P' }, 70, 5, 700_000],
])('sells 2.6 by size, sound and length: %j', (more, credits, units, microUsd) => {
  const model = catalogue.get('kling:kling-2.6');
  expect(priceOf(model, facts(more))).toEqual({ credits, version: '2026-11-22' });
  expect(vendorCostOf(model, facts(more))).toEqual({ units, microUsd, unit: 'kling_unit' });
});

it.each<[string, Partial<RequestFacts>, string, string]>([
  ['kling-2.6', { params: { sound: true } }, 'size', 'with sound true makes 1080P only, not 720P.'],
  [
    'kling-2.5-turbo',
    { inputs: [{ role: 'image' }, { role: 'last_frame' }] },
    'size',
    'with a last frame makes 1080P only, not 720P.',
  ],
  [
    'kling-3.0',
    { size: '720P', params: { mode: 'pro' } },
    'size',
    'with mode pro makes 1080P only, not 720P.',
  ],
  [
    'kling-3.0',
    { size: '2160P', params: { sound: true } },
    'params.sound',
    'at 2160P takes false as sound only, not true.',
  ],
])('says what %s does not make together', (name, more, field, reason) => {
  const id = `kling:${name}`;
  expect(violations(catalogue.get(id), facts(more))).toEqual([{ field, reason: `${id} ${reason}` }]);
});
