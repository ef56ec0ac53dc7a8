import { Catalogue, priceOf } from './catalogue';
import type { ModelSpec } from './model';
import { creditsFor, durationsOf, MICRO_USD_PER_CREDIT, vendorCostOf, type RequestFacts } from './rules';
import { MODELS, PROVIDERS } from './vendors';

const today = new Date('2026-11-22');
const [animatic] = MODELS;
if (!animatic) throw new Error('the catalogue is empty');
const model = (more: Partial<ModelSpec>): ModelSpec => ({ ...animatic, ...more });

it('offers a model of a provider that is switched on', () => {
  expect(new Catalogue(new Set(['animatic'])).state(animatic, today)).toEqual({ enabled: true });
});

it('says why it does not offer one', () => {
  const on = new Catalogue(new Set(['animatic']));
  expect(new Catalogue(new Set()).state(animatic, today)).toMatchObject({
    reason: expect.stringContaining('not switched on') as string,
  });
  expect(on.state(model({ price: null }), today)).toMatchObject({
    reason: expect.stringContaining('no price') as string,
  });
  const retired = model({ retires_on: '2026-11-01', successor: 'animatic:animatic-1' });
  expect(on.state(retired, today)).toMatchObject({
    reason: expect.stringContaining('Use animatic:animatic-1') as string,
  });
});

it('names what there is where a model is unknown', () => {
  expect(() => new Catalogue(new Set()).get('kling:none')).toThrow('Known models: animatic:animatic-1');
});

it('prices by the second, and refuses a model without a price', () => {
  const [request] = requestsOf(animatic);
  if (!request) throw new Error('no request');
  expect(priceOf(animatic, { ...request, durationSeconds: 5 })).toEqual({
    credits: 5,
    version: '2026-11-01',
  });
  expect(() => priceOf(model({ price: null }), request)).toThrow('no price');
});

it('finds a default only among what is on', () => {
  expect(new Catalogue(new Set(['animatic'])).defaultFor('image-to-video', today)?.id).toBe(
    'animatic:animatic-1',
  );
  expect(new Catalogue(new Set(['nobody'])).defaultFor('image-to-video', today)).toBeUndefined();
});

it('has pixels for every size and ratio that a model offers, even as H.264 wants them', () => {
  for (const spec of MODELS) {
    for (const ratios of Object.values(spec.sizes)) {
      for (const ratio of spec.aspect_ratios) {
        const pixels = ratios[ratio];
        expect(pixels && pixels.width % 2 === 0 && pixels.height % 2 === 0).toBe(true);
      }
    }
  }
});

/** Every kind of request that a price could tell apart: size, length, each switch and word of a parameter, and inputs. */
function requestsOf(spec: ModelSpec): RequestFacts[] {
  const params = Object.entries(spec.params).reduce<RequestFacts['params'][]>(
    (all, [name, { type, ...rest }]) => {
      const values =
        type === 'boolean' ? [true, false] : type === 'enum' && 'values' in rest ? rest.values : [];
      return [...all, ...all.flatMap((one) => values.map((value) => ({ ...one, [name]: value })))];
    },
    [{}],
  );
  const inputs: RequestFacts['inputs'][] = [
    [],
    [{ role: 'image' }],
    [
      { role: 'first_frame' },
      { role: 'last_frame' },
      ...Array<{ role: 'reference' }>(6).fill({ role: 'reference' }),
    ],
  ];
  return spec.operations.flatMap((operation) =>
    Object.keys(spec.sizes).flatMap((size) =>
      durationsOf(spec).flatMap((durationSeconds) =>
        params.flatMap((one) =>
          inputs.map((roles) => ({
            ...{ operation, size, durationSeconds, params: one, inputs: roles },
            aspectRatio: spec.aspect_ratios[0] ?? '16:9',
          })),
        ),
      ),
    ),
  );
}

it.each(MODELS.filter(({ price }) => price !== null))(
  'never sells $id for nothing, nor below what its vendor takes',
  (spec) => {
    for (const request of requestsOf(spec)) {
      const credits = creditsFor(spec, request) ?? 0;
      expect(Number.isInteger(credits) && credits > 0).toBe(true);
      const cost = vendorCostOf(spec, request);
      if (cost && credits * MICRO_USD_PER_CREDIT < cost.microUsd) {
        throw new Error(
          `${spec.id} costs ${cost.microUsd} micro-dollars and is sold at ${credits}: ${JSON.stringify(request)}`,
        );
      }
    }
  },
);

it('knows the vendor cost of everything that a vendor is paid for', () => {
  const paid = PROVIDERS.filter(({ kind }) => kind === 'poll').map(({ id }) => id);
  const unknown = MODELS.filter(
    ({ provider, price, vendor_cost }) => paid.includes(provider) && price !== null && vendor_cost === null,
  );
  expect(unknown.map(({ id }) => id)).toEqual([]);
});

it('has one model under each id, and every model of a provider that it knows', () => {
  expect(new Set(MODELS.map(({ id }) => id)).size).toBe(MODELS.length);
  for (const { id, provider } of MODELS) {
    expect(id.startsWith(`${provider}:`) && PROVIDERS.some((known) => known.id === provider)).toBe(true);
  }
});
