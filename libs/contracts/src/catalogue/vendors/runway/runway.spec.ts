import { Catalogue, priceOf } from '../../catalogue';
import { vendorCostOf, violations, type RequestFacts } from '../../rules';
import { runway } from '.';

const today = new Date('2026-11-27');
const catalogue = new Catalogue(new Set(['runway']), runway.models);
const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  ...{ operation: 'image-to-video', size: '720P', aspectRatio: '16:9', durationSeconds: 8 },
  ...{ params: {}, inputs: [{ role: 'first_frame' }] },
  ...more,
});

it.each<[string, Partial<RequestFacts>, number]>([
  ['gen4_turbo', {}, 40],
  ['gen4.5', {}, 96],
  ['veo3.1', { params: { audio: true } }, 320],
  ['veo3.1', { params: { audio: false } }, 160],
  ['veo3.1_fast', { params: { audio: true } }, 120],
  ['veo3.1_fast', { params: { audio: false } }, 80],
  // Nothing is said of it: it costs what is dearest.
  ['veo3.1_fast', {}, 120],
])('sells %s by the second, sound apart: %j', (name, more, credits) => {
  const model = catalogue.get(`runway:${name}`);
  expect(priceOf(model, facts(more)).credits).toBe(credits);
  expect(vendorCostOf(model, facts(more))).toMatchObject({ units: credits, unit: 'runway_credit' });
});

it.each(['gen3a_turbo', 'veo3'])('says that %s is gone, and names a living one', (name) => {
  const model = catalogue.get(`runway:${name}`);
  expect(catalogue.state(model, today)).toMatchObject({
    reason: expect.stringContaining(`Use ${model.successor}`) as string,
  });
  expect(catalogue.state(catalogue.get(model.successor ?? ''), today)).toEqual({ enabled: true });
});

it('makes squares from pictures only', () => {
  const text = { operation: 'text-to-video', inputs: [], aspectRatio: '1:1' } as const;
  const found = violations(catalogue.get('runway:gen4.5'), facts(text));
  expect(found.map(({ field }) => field)).toEqual(['aspect_ratio']);
  expect(violations(catalogue.get('runway:gen4.5'), facts({ aspectRatio: '1:1' }))).toEqual([]);
});
