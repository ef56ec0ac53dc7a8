import { isId, newId, partId } from './ids';

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

it('gives a part the same id each time, and other parts and parents other ones', () => {
  const [parent, later] = [newId(), newId()];
  const id = partId(parent, 'attempt 1');
  expect(partId(parent, 'attempt 1')).toBe(id);
  expect(isId(id)).toBe(true);
  expect(new Set([parent, later, id, partId(parent, 'attempt 2'), partId(later, 'attempt 1')]).size).toBe(5);
  // The time of its parent, which is what it sorts by.
  expect(id.slice(0, 13)).toBe(parent.slice(0, 13));
});
