import { Catalogue, MODELS, type ModelSpec } from '@shotloom/contracts';
import { chooseModel, type ChosenModel } from './living-model';

const today = new Date('2026-11-27');
const usual = 'animatic:animatic-1';
const choose = (asked: string | undefined, providers: readonly string[], models?: readonly ModelSpec[]) =>
  chooseModel(new Catalogue(new Set(['animatic', ...providers]), models), asked, usual, today);
const told = ({ adjustments }: ChosenModel): string | undefined => adjustments[0]?.reason;

it.each([
  [undefined, usual],
  ['sora-2', 'sora:sora-2'],
  ['sora-2-image-to-video', 'sora:sora-2'],
  ['animatic-1', 'animatic:animatic-1'],
  ['nobody-knows', 'nobody-knows'],
])('takes %s for %s, and says nothing', (asked, model) => {
  expect(choose(asked, ['sora'])).toEqual({ model, adjustments: [] });
});

it.each([
  ['Sora 1', 'sora:sora-2'],
  ['sora-1', 'sora:sora-2'],
  ['sora:sora-2-2025-12-08', 'sora:sora-2'],
  ['Runway Gen-3', 'runway:gen4_turbo'],
  ['gen-3', 'runway:gen4_turbo'],
])('gives the living model for %s, and says so', (asked, model) => {
  const chosen = choose(asked, ['sora', 'runway']);
  expect(chosen).toMatchObject({ model, adjustments: [{ field: 'model', from: asked, to: model }] });
  expect(told(chosen)).toMatch(/ was retired on 2026-\d\d-\d\d; .* is the nearest that is here\.$/);
});

it('gives the usual model where the living one is not on here', () => {
  expect(choose('sora-1', [])).toMatchObject({ model: usual, adjustments: [{ to: usual }] });
});

it('leaves the choice to the catalogue where there is no usual one', () => {
  const chosen = chooseModel(new Catalogue(new Set(['animatic'])), 'sora-1', undefined, today);
  expect(chosen).toMatchObject({ model: undefined, adjustments: [{ to: null }] });
});

it('follows a chain to its end, and is not lost in a circle', () => {
  const [model] = MODELS;
  if (!model) throw new Error('The catalogue is empty.');
  const retired = (id: string, successor: string): ModelSpec => ({
    ...model,
    ...{ id: `animatic:${id}`, retires_on: '2026-01-01', successor: `animatic:${successor}` },
  });
  const chain = [
    ...MODELS,
    retired('a', 'b'),
    retired('b', 'animatic-1'),
    retired('c', 'd'),
    retired('d', 'c'),
  ];
  expect(choose('animatic:a', [], chain).model).toBe('animatic:animatic-1');
  expect(choose('animatic:c', [], chain).model).toBe(usual);
});
