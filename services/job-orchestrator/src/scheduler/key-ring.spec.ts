import type { ListedCredential } from './credential-directory';
import { KeyRing, type KeyState } from './key-ring';

const soon = new Date('2026-11-21T11:00:00Z');
const later = new Date('2026-11-21T12:00:00Z');

const listed = (id: string, more: Partial<ListedCredential> = {}): ListedCredential => ({
  ...{ id, version: 1, ownerUserId: null, enabled: true, concurrency: null },
  ...more,
});
const state = (id: string, more: Partial<KeyState> = {}): KeyState => ({
  ...{
    id,
    inUse: 0,
    limit: null,
    tokens: null,
    nextTokenAt: null,
    creates: null,
    nextCreateAt: null,
    breaker: 'closed',
    retryAt: null,
    spent: null,
  },
  ...more,
});

function ring(shared: ListedCredential[], states: KeyState[], own: ListedCredential[] = []): KeyRing {
  const byOwner = new Map(own.map((key) => [key.ownerUserId ?? '', [key]]));
  const keys = new KeyRing({ shared, byOwner, pollSeconds: new Map() }, 10);
  keys.add(states, [...shared, ...own]);
  return keys;
}

const NO_CAPS = { day: null, month: null };
const ids = (keys: KeyRing, times: number, owner = 'somebody'): unknown[] =>
  Array.from({ length: times }, () => {
    const picked = keys.pick(owner, false);
    return picked === 'none' ? 'none' : picked.id;
  });

it('takes the least loaded of those with room, by their share of the limit', () => {
  const keys = ring(
    [listed('a', { concurrency: 2 }), listed('b', { concurrency: 4 })],
    [state('a'), state('b')],
  );
  expect(keys.sharedRoom()).toBe(6);
  expect(ids(keys, 7).filter((id) => id === 'a')).toHaveLength(2);
  expect(keys.pick('somebody', false)).toBe('none');
  expect(keys.sharedWait()).toBe('credentials_full');
});

it("takes the operator's own limit over the directory's", () => {
  expect(ring([listed('a', { concurrency: 9 })], [state('a', { limit: 1 })]).sharedRoom()).toBe(1);
});

it("uses a user's own key for that user only, and never another in its place", () => {
  const own = listed('mine', { ownerUserId: 'u', concurrency: 1, version: 7 });
  const keys = ring([listed('a')], [state('a'), state('mine')], [own]);
  expect(keys.pick('u', true)).toEqual({ id: 'mine', version: 7, probe: false, caps: NO_CAPS });
  expect(keys.pick('u', true)).toBe('none');
  expect(keys.ownWait('u')).toBe('full');
  // Paid for with credits, so it may not run on the user's key; and who has none waits for one.
  expect(keys.pick('u', false)).toMatchObject({ id: 'a' });
  expect(keys.pick('other', true)).toBe('none');
  expect(keys.ownWait('other')).toBe('full');
  expect(ids(keys, 1)).toEqual(['a']);
});

it('starts nothing under a key whose breaker is open, and one probe where its wait is over', () => {
  const keys = ring(
    [listed('shut'), listed('due'), listed('well')],
    [state('shut', { breaker: 'shut', retryAt: later }), state('due', { breaker: 'due' }), state('well')],
  );
  expect(keys.pick('u', false)).toEqual({ id: 'due', version: 1, probe: true, caps: NO_CAPS });
  expect(ids(keys, 3)).toEqual(['well', 'well', 'well']);
});

it('spends no more calls than there are, and says when there will be another', () => {
  const own = listed('mine', { ownerUserId: 'u' });
  const keys = ring(
    [listed('a')],
    [state('a', { tokens: 1.9 }), state('mine', { tokens: 0.2, nextTokenAt: later })],
    [own],
  );
  expect(ids(keys, 2)).toEqual(['a', 'none']);
  expect(keys.sharedWait()).toBe('requests_spent');
  expect(keys.ownWait('u')).toEqual(later);
});

it('starts no more than may be ordered, under the key that has orders left, and says when there will be another', () => {
  const own = listed('mine', { ownerUserId: 'u' });
  const keys = ring(
    [listed('spent'), listed('left')],
    [
      state('spent', { creates: 0, nextCreateAt: later }),
      state('left', { creates: 2, nextCreateAt: soon }),
      state('mine', { creates: -1, nextCreateAt: later }),
    ],
    [own],
  );
  expect(keys.sharedRoom()).toBe(2);
  expect(ids(keys, 3)).toEqual(['left', 'left', 'none']);
  expect(keys.sharedWait()).toBe('creates_spent');
  expect(keys.sharedNext()).toEqual(soon);
  expect(keys.ownWait('u')).toEqual(later);
});

it('tells an operator without any key from one whose keys are all shut', () => {
  expect(ring([], []).sharedWait()).toBe('no_credential');
  expect(ring([listed('a')], [state('a', { breaker: 'shut', retryAt: later })]).sharedWait()).toBe(
    'breaker_open',
  );
});

describe('a key that has reached its cap', () => {
  const spent = { period: 'day' as const, until: later, cap: 100 };
  const capped = (cap: number | null): KeyRing =>
    ring([listed('a', { dayCapMicros: cap })], [state('a', { spent })]);

  it('rests, and says why', () => {
    expect(ids(capped(100), 1)).toEqual(['none']);
    expect(capped(100).sharedWait()).toBe('spend_cap');
    expect(capped(99).sharedRoom()).toBe(0);
  });

  it('works again as soon as the cap is higher or gone', () => {
    expect(ids(capped(101), 1)).toEqual(['a']);
    expect(ids(capped(null), 1)).toEqual(['a']);
  });

  it("wakes a user's own lane when the next period begins", () => {
    const own = listed('mine', { ownerUserId: 'u', dayCapMicros: 100 });
    expect(ring([], [state('mine', { spent })], [own]).ownWait('u')).toEqual(later);
  });
});
