import { isId, newId } from './ids';

it('sorts in the order of making', () => {
  const ids = Array.from({ length: 1_000 }, newId);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(1_000);
});

it.each(['', 'x', '9b2f6f36-1f8e-4c51-9a77-1f2e3d4c5b6a', null, 7])(
  'does not take %p for one of ours',
  (value) => {
    expect(isId(value)).toBe(false);
  },
);
