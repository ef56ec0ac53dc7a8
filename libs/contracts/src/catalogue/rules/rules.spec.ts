import { coherentModelSpecSchema } from '../coherence';
import { MODELS } from '../vendors';
import {
  checkParams,
  creditsFor,
  durationsNear,
  durationWords,
  matches,
  resolveParams,
  vendorCostOf,
  violations,
  type RequestFacts,
} from '.';

const [animatic] = MODELS;
if (!animatic) throw new Error('no model');
const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  ...{ operation: 'text-to-video', size: '768P', aspectRatio: '16:9', durationSeconds: 6 },
  ...{ params: {}, inputs: [] },
  ...more,
});

describe('a condition', () => {
  it.each([
    [{}, facts(), true],
    [{ sizes: ['1080P', '768P'] }, facts(), true],
    [{ operations: ['image-to-video' as const] }, facts(), false],
    [{ aspect_ratios: ['1:1' as const] }, facts(), false],
    [{ duration: { min: 6, max: 6 } }, facts(), true],
    [{ duration: { max: 5 } }, facts(), false],
    [{ params: { sound: [true] } }, facts({ params: { sound: true } }), true],
    [{ params: { sound: [true] } }, facts({ params: { sound: 'true' } }), false],
    // What is not there is no value, not even of an object's own parts.
    [{ params: { sound: [false] } }, facts(), false],
    [{ params: { constructor: [false] } }, facts(), false],
    [{ inputs: ['first_frame' as const] }, facts({ inputs: [{ role: 'image' }] }), true],
    [
      { inputs: ['first_frame' as const, 'last_frame' as const] },
      facts({ inputs: [{ role: 'image' }] }),
      false,
    ],
    [{ without_inputs: ['reference' as const] }, facts({ inputs: [{ role: 'image' }] }), true],
    [{ without_inputs: ['reference' as const] }, facts({ inputs: [{ role: 'reference' }] }), false],
  ])('%j of %j is %s', (condition, request, expected) => {
    expect(matches(condition, request)).toBe(expected);
  });
});

describe('a price', () => {
  const price = {
    ...{ version: '1', base: 3, per_second: 9 },
    rates: [
      { when: { sizes: ['768P'], duration: { max: 6 } }, base: 28, per_second: 0 },
      { when: { sizes: ['768P'] }, base: 56, per_second: 0 },
    ],
    per_input: [{ roles: ['reference' as const], after: 5, amount: 2 }],
  };

  it('is that of the first rate that is about the request', () => {
    expect(creditsFor({ price }, facts())).toBe(28);
    expect(creditsFor({ price }, facts({ durationSeconds: 10 }))).toBe(56);
    expect(creditsFor({ price }, facts({ size: '1080P', durationSeconds: 5.2 }))).toBe(3 + 9 * 6);
    expect(creditsFor({ price: null }, facts())).toBeNull();
  });

  it('counts inputs beyond the free ones', () => {
    const inputs = Array<{ role: 'reference' }>(7).fill({ role: 'reference' });
    expect(creditsFor({ price }, facts({ inputs }))).toBe(28 + 2 * 2);
  });

  it("reckons the vendor's cost exactly, and rounds it up", () => {
    const tariff = {
      as_of: '2026-11-22',
      unit: 'CNY',
      micro_usd_per_unit: 139_997,
      base: 0,
      per_second: 0.7,
    };
    expect(vendorCostOf({ vendor_cost: tariff }, facts({ durationSeconds: 10 }))).toEqual({
      ...{ unit: 'CNY', units: 7, microUsd: 979_979 },
    });
    expect(vendorCostOf({ vendor_cost: null }, facts())).toBeNull();
  });
});

describe('parameters', () => {
  const model = {
    id: 'acme:one',
    params: {
      sound: { type: 'boolean' as const, default: false, description: 'x' },
      steps: { type: 'integer' as const, min: 1, max: 4, default: 4, description: 'x' },
      guidance: { type: 'number' as const, min: 0, max: 1, default: null, description: 'x' },
      camera: { type: 'enum' as const, values: ['pan', 'tilt'], default: null, description: 'x' },
      ids: { type: 'string' as const, max_length: 3, default: null, description: 'x' },
    },
  };

  it('takes what fits, and fills in the defaults that there are', () => {
    const given = { steps: 2, guidance: 0.5, camera: 'tilt', ids: 'abc' };
    expect(checkParams(model, given)).toEqual([]);
    expect(resolveParams(model, given)).toEqual({ ...given, sound: false });
    expect(resolveParams(model, {})).toEqual({ sound: false, steps: 4 });
  });

  it.each([
    [{ sound: 'yes' }, 'params.sound', 'acme:one takes true or false as sound.'],
    [{ steps: 2.5 }, 'params.steps', 'acme:one takes a whole number from 1 to 4 as steps.'],
    [{ guidance: 1.1 }, 'params.guidance', 'acme:one takes a number from 0 to 1 as guidance.'],
    [{ camera: 'zoom' }, 'params.camera', 'acme:one takes one of pan, tilt as camera.'],
    [{ ids: 'abcd' }, 'params.ids', 'acme:one takes a text of at most 3 characters as ids.'],
    [
      { mode: 'pro' },
      'params.mode',
      'acme:one has no parameter mode. It takes: sound, steps, guidance, camera, ids.',
    ],
  ])('refuses %j', (given, field, reason) => {
    expect(checkParams(model, given as Record<string, string>)).toEqual([{ field, reason }]);
  });

  it('says where there are none', () => {
    expect(checkParams({ id: 'a:b', params: {} }, { constructor: 1 })[0]?.reason).toBe(
      'a:b has no parameter constructor. It has no parameters.',
    );
  });
});

describe('lengths', () => {
  const listed = { duration: { min: 4, max: 12, step: 1, default: 8, values: [4, 8, 12] } };

  it('are those of the list, the nearest first and the longer of two', () => {
    expect(durationsNear(listed, 6)).toEqual([8, 4, 12]);
    expect(durationWords(listed)).toBe('4 or 8 or 12 s');
  });
});

it('says what is forbidden together in the words of the data, or in its own', () => {
  const constraints = [
    {
      when: { operations: ['text-to-video' as const], without_inputs: ['reference' as const] },
      only: { needs_inputs: ['reference' as const] },
    },
    {
      when: { sizes: ['768P'], duration: { max: 6 } },
      only: { durations: [4, 8], refuses_inputs: ['reference' as const] },
    },
    { when: { params: { steps: [1] } }, only: { max_duration: 5 }, reason: 'One step is too few for this.' },
  ];
  expect(violations({ id: 'acme:one', constraints }, facts({ params: { steps: 1 } }))).toEqual([
    {
      field: 'references',
      reason: 'acme:one for text-to-video without a reference picture needs a reference picture.',
    },
    {
      field: 'duration',
      reason: 'acme:one at 768P up to 6 s makes videos of 4 or 8 s only, not of 6 s.',
    },
    { field: 'duration', reason: 'One step is too few for this.' },
  ]);
});

it.each([
  [{ default_size: '480P' }, 'default_size 480P'],
  [{ duration: { ...animatic.duration, default: 16 } }, 'default duration'],
  [{ constraints: [{ when: { sizes: ['4K'] }, only: { max_duration: 5 } }] }, 'about 4K'],
  [{ constraints: [{ when: {}, only: { durations: [99] } }] }, '99 s'],
  [{ constraints: [{ when: { params: { sound: [true] } }, only: { max_duration: 5 } }] }, 'about sound true'],
  [
    {
      price: {
        version: '1',
        base: 1,
        per_second: 1,
        rates: [{ when: { aspect_ratios: ['21:9'] }, base: 1, per_second: 1 }],
      },
    },
    'about 21:9',
  ],
  [{ constraints: [{ when: { size: ['720P'] }, only: {} }] }, 'Unrecognized key'],
])('does not let an entry ship of which the parts do not fit: %j', (wrong, message) => {
  expect(() => coherentModelSpecSchema.parse({ ...animatic, ...wrong })).toThrow(message);
});
