import { MODELS, type ModelSpec } from '@shotloom/contracts';
import { effectiveModels } from './effective-models';

const [animatic] = MODELS as [ModelSpec];
const { price: _, ...bare } = animatic;
const price = { ...animatic.price, version: 'p1', base: 2, per_second: 3 };
const find = (rows: Partial<Parameters<typeof effectiveModels>[1]>, id = animatic.id) =>
  effectiveModels(MODELS, { overrides: [], prices: [], ...rows }).models.find((model) => model.id === id);

it("is the release's where the operator says nothing", () => {
  expect(effectiveModels(MODELS, { overrides: [], prices: [] })).toEqual({ models: MODELS, unreadable: [] });
});

it('changes a model, which keeps its price', () => {
  const spec = { ...bare, title: 'Drafts' };
  expect(find({ overrides: [{ model: animatic.id, spec }] })).toEqual({ ...animatic, title: 'Drafts' });
});

it('adds a model, which has no price before it is given one', () => {
  const id = 'animatic:animatic-2';
  const overrides = [{ model: id, spec: { ...bare, id } }];
  expect(find({ overrides }, id)).toEqual({ ...animatic, id, price: null });
  expect(find({ overrides, prices: [{ model: id, price }] }, id)?.price).toEqual(price);
});

it('takes a price away', () => {
  expect(find({ prices: [{ model: animatic.id, price: null }] })?.price).toBeNull();
});

it.each([
  ['a spec', { overrides: [{ model: animatic.id, spec: { title: 7 } }] }],
  [
    'a spec, though there is a price',
    { overrides: [{ model: animatic.id, spec: {} }], prices: [{ model: animatic.id, price }] },
  ],
  ['a price', { prices: [{ model: animatic.id, price: { base: -1 } }] }],
  ['a spec of another model', { overrides: [{ model: animatic.id, spec: { ...bare, id: 'x:y' } }] }],
])('refuses a model of which it cannot read %s', (__, rows) => {
  expect(find(rows)?.price).toBeNull();
  expect(effectiveModels(MODELS, { overrides: [], prices: [], ...rows }).unreadable).toEqual([animatic.id]);
});

it('leaves out what was added and cannot be read, and prices of what is not there', () => {
  const rows = { overrides: [{ model: 'a:b', spec: {} }], prices: [{ model: 'c:d', price }] };
  expect(effectiveModels(MODELS, rows).models).toEqual(MODELS);
});
