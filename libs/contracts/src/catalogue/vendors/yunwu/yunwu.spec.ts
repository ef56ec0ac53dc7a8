import { Catalogue, priceOf } from '../../catalogue';
import { violations, type RequestFacts } from '../../rules';
import { yunwu } from '.';

const catalogue = new Catalogue(new Set(['yunwu']), yunwu.models);
const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  ...{ operation: 'image-to-video', size: '1080P', aspectRatio: '9:16', durationSeconds: 6 },
  ...{ params: {}, inputs: [{ role: 'first_frame' }] },
  ...more,
});
const imagine = (more: Partial<RequestFacts>): RequestFacts =>
  facts({ operation: 'text-to-video', size: '720P', inputs: [{ role: 'reference' }], ...more });

it.each(yunwu.models)('lists $id, and does not sell it: no price is published', (model) => {
  expect(catalogue.state(model, new Date('2026-11-27'))).toMatchObject({
    reason: expect.stringContaining('no price') as string,
  });
  expect(() => priceOf(model, facts())).toThrow('no price');
});

it.each<[string, RequestFacts, string[]]>([
  ['grok-video-3', facts({ aspectRatio: '1:1' }), []],
  ['grok-video-3', facts({ size: '720P', aspectRatio: '16:9' }), []],
  ['grok-imagine-video', imagine({ durationSeconds: 10 }), []],
  ['grok-imagine-video', imagine({ durationSeconds: 11 }), ['duration']],
  ['grok-imagine-video', imagine({ durationSeconds: 15, inputs: [] }), []],
  ['grok-imagine-video', imagine({ inputs: [{ role: 'reference' }, { role: 'first_frame' }] }), ['asset_id']],
])('knows what %s makes: %j', (name, request, fields) => {
  const found = violations(catalogue.get(`yunwu:${name}`), request);
  expect(found.map(({ field }) => field)).toEqual(fields);
});
