import type { ReadyLane } from './ready-lanes';
import { MAX_LEAD, settleLane, type SettleInput } from './settle-lane';

const at = new Date('2026-11-21T12:00:00Z');
const later = new Date(at.getTime() + 5_000);

function settle(lane: Partial<ReadyLane>, started: string[] = [], more: Partial<SettleInput> = {}) {
  const given: ReadyLane = {
    ...{ ownerUserId: 'a', weight: 1, vtime: 0, running: 0, ownKey: false, heads: [], blockedModels: [] },
    ...{ perUser: 3, room: 3 - (lane.running ?? 0), tight: false },
    ...{ blockedOn: null, nextAt: null },
    ...lane,
  };
  return settleLane(given, new Set(started), {
    ...{ clock: 0, at, fullModels: new Set<string>(), ownKeyWait: () => undefined },
    ...more,
  });
}

const heads = [
  { jobId: '1', model: 'm' },
  { jobId: '2', model: 'n' },
];

it('charges each start by the weight', () => {
  expect(settle({ heads, weight: 4, running: 0 }, ['1', '2'])).toMatchObject({ vtime: 0.5, running: 2 });
});

it('lets nobody run far ahead of the clock, and takes back nothing of what is there', () => {
  expect(settle({ heads, vtime: 1.5 }, ['1', '2']).vtime).toBe(MAX_LEAD);
  expect(settle({ heads, vtime: 9 }, ['1']).vtime).toBe(9);
});

it('is full with as many as a user may have, else ready while something may start', () => {
  expect(settle({ heads, running: 2 }, ['1']).state).toBe('full');
  expect(settle({ heads }, ['1']).state).toBe('ready');
});

it('sleeps a moment where the plan has no room left, since the end elsewhere does not wake it', () => {
  const state = { state: 'sleeping', readyAt: new Date(at.getTime() + 1_000) };
  expect(settle({ heads, room: 1 }, ['1'])).toMatchObject(state);
  expect(settle({ room: 0 })).toMatchObject(state);
  expect(settle({ heads, running: 2, room: 1 }, ['1']).state).toBe('full');
});

it('is idle where nothing waits, and sleeps until what was set aside may start', () => {
  expect(settle({}).state).toBe('idle');
  expect(settle({ nextAt: later })).toMatchObject({ state: 'sleeping', readyAt: later });
});

it('waits for a model, with a look at the others now and then where there are several', () => {
  const blocked = settle({ heads, blockedModels: ['x'] }, [], { fullModels: new Set(['m', 'n']) });
  expect(blocked).toMatchObject({ state: 'blocked', blockedOn: 'm' });
  expect(blocked.readyAt?.getTime()).toBeGreaterThan(at.getTime());
  expect(settle({ blockedModels: ['x'] })).toMatchObject({ state: 'blocked', blockedOn: 'x', readyAt: null });
});

it('keeps its place for a model until it has started something', () => {
  expect(settle({ blockedModels: ['x', 'y'], blockedOn: 'y' })).toMatchObject({
    blockedOn: 'y',
    keepsPlace: true,
  });
  const turn = settle({ heads, blockedOn: 'm' }, ['1']);
  expect(turn).toMatchObject({ blockedOn: null, keepsPlace: false });
});

it('stays ready where more jobs than were read may be behind those of a full model', () => {
  const many = [...heads, { jobId: '3', model: 'm' }];
  expect(settle({ heads: many }, [], { fullModels: new Set(['m', 'n']) }).state).toBe('ready');
});

it("waits for the user's own key: for a moment, or for the end of an attempt", () => {
  const own = { heads, ownKey: true };
  expect(settle(own, [], { ownKeyWait: () => later })).toMatchObject({ state: 'sleeping', readyAt: later });
  expect(settle({ ...own, running: 1 }, [], { ownKeyWait: () => 'full' }).state).toBe('full');
  // With nothing in flight no end would ever wake it.
  expect(settle(own, [], { ownKeyWait: () => 'full' }).state).toBe('sleeping');
});
