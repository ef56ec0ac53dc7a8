import fc from 'fast-check';
import { NO_KEYS_NEEDED } from './key-ring';
import { planStarts, type PlanInput } from './plan-starts';
import type { ReadyLane } from './ready-lanes';
import { settleLane } from './settle-lane';

function lane(ownerUserId: string, more: Partial<ReadyLane> = {}): ReadyLane {
  const heads = Array.from({ length: 3 }, (_, index) => ({ jobId: `${ownerUserId}${index}`, model: 'm' }));
  return {
    ...{ ownerUserId, weight: 1, vtime: 0, running: 0, ownKey: false, heads, blockedModels: [] },
    ...{ perUser: 3, room: (more.perUser ?? 3) - (more.running ?? 0), tight: false },
    ...{ blockedOn: null, nextAt: null },
    ...more,
  };
}

function plan(lanes: ReadyLane[], more: Partial<PlanInput> = {}) {
  return planStarts({
    ...{ lanes, seenTo: { shared: null, own: null }, places: 100 },
    ...{ models: new Map<string, number>(), keys: NO_KEYS_NEEDED },
    ...more,
  });
}

const owners = (starts: readonly { ownerUserId: string }[]): string =>
  starts.map(({ ownerUserId }) => ownerUserId).join('');

it('gives each a turn before anybody has two, in the order they came', () => {
  expect(owners(plan([lane('a'), lane('b'), lane('c')]).starts)).toBe('abcabcabc');
});

it('starts more of whoever weighs more', () => {
  expect(owners(plan([lane('a', { weight: 2 }), lane('b')], { places: 3 }).starts)).toBe('aba');
});

it('lets whoever has had less catch up first', () => {
  expect(owners(plan([lane('a'), lane('b', { vtime: 2 })]).starts)).toBe('aaabbb');
});

it('keeps to the free places and to what one user may have', () => {
  expect(plan([lane('a'), lane('b')], { places: 4 }).starts).toHaveLength(4);
  expect(owners(plan([lane('a', { running: 2 }), lane('b', { running: 3 })]).starts)).toBe('a');
});

it('passes over a model without a free place, and starts what is behind it', () => {
  const mixed = lane('a', {
    heads: [
      { jobId: '1', model: 'full' },
      { jobId: '2', model: 'full' },
      { jobId: '3', model: 'free' },
    ],
  });
  const { starts, fullModels } = plan([mixed], { models: new Map([['full', 1]]) });
  expect(starts.map(({ jobId }) => jobId)).toEqual(['1', '3']);
  expect([...fullModels]).toEqual(['full']);
});

it("goes on with users' own keys where the operator's have no room", () => {
  const key = { id: 'k', version: 1, probe: false, caps: { day: null, month: null } };
  const pick = (_: string, ownKey: boolean) => (ownKey ? key : ('none' as const));
  const { starts } = plan([lane('a'), lane('b', { ownKey: true }), lane('c')], { keys: { pick } });
  expect(owners(starts)).toBe('bbb');
});

it('stops where lanes that were not read would come first', () => {
  const { starts, cut } = plan([lane('a'), lane('b')], { seenTo: { shared: 0, own: null } });
  expect(owners(starts)).toBe('ab');
  expect(cut).toBe(true);
});

/** A provider with a number of places, as the passes see it: lanes, a clock, and attempts that end in any order. */
class Model {
  readonly started: string[] = [];
  private clock = 0;
  private lanes = new Map<string, ReadyLane>();

  constructor(
    private readonly places: number,
    private readonly perUser: number,
  ) {}

  join(owner: string, weight: number): void {
    this.lanes.set(owner, lane(owner, { weight, vtime: this.clock, perUser: this.perUser }));
  }

  get users(): string[] {
    return [...this.lanes.keys()];
  }

  end(owner: string): void {
    const found = this.lanes.get(owner);
    if (!found || found.running === 0) return;
    const wasFull = found.running >= this.perUser;
    const vtime = wasFull ? Math.max(found.vtime, this.clock) : found.vtime;
    this.lanes.set(owner, { ...found, running: found.running - 1, vtime });
  }

  pass(): void {
    const running = [...this.lanes.values()].reduce((sum, each) => sum + each.running, 0);
    const ready = [...this.lanes.values()]
      .filter((each) => each.running < this.perUser)
      .toSorted((one, other) => one.vtime - other.vtime)
      .map((each) => ({
        ...each,
        room: this.perUser - each.running,
        heads: each.heads.map((head, index) => ({ ...head, jobId: `${each.ownerUserId}/${index}` })),
      }));
    const { starts } = plan(ready, { places: this.places - running });
    const done = new Set(starts.map(({ jobId }) => jobId));
    for (const each of ready) {
      const settled = settleLane(each, done, {
        ...{ clock: this.clock, at: new Date(0), fullModels: new Set<string>() },
        ownKeyWait: () => undefined,
      });
      this.lanes.set(each.ownerUserId, { ...each, vtime: settled.vtime, running: settled.running });
    }
    this.started.push(...starts.map(({ ownerUserId }) => ownerUserId));
    const waiting = [...this.lanes.values()].filter((each) => each.running < this.perUser);
    this.clock = Math.max(this.clock, Math.min(...waiting.map((each) => each.vtime), this.clock + 2));
  }
}

it('starves nobody: between two starts of a user who waits, any other has at most the share of the weights', () => {
  const users = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 2, maxLength: 8 });
  const steps = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 8 })), {
    minLength: 50,
    maxLength: 200,
  });
  fc.assert(
    fc.property(users, steps, fc.integer({ min: 1, max: 3 }), (weights, moves, places) => {
      // Nobody can have so many that the own limit holds back: who waits, waits for the share alone.
      const model = new Model(places, 4);
      const weightOf = new Map<string, number>();
      const join = (weight: number): void => {
        const owner = `u${weightOf.size}`;
        weightOf.set(owner, weight);
        model.join(owner, weight);
      };
      weights.forEach(join);
      for (const [index, [what, , weight]] of moves.entries()) {
        model.pass();
        for (const owner of model.users) for (let count = 0; count < places; count += 1) model.end(owner);
        if (what % 10 === 0 && index < 100 && weightOf.size < 12) join(weight);
      }
      for (const [owner, weight] of weightOf) {
        const gaps = gapsOf(model.started, owner);
        for (const gap of gaps) {
          for (const [other, theirs] of weightOf) {
            const count = gap.filter((name) => name === other).length;
            expect(count).toBeLessThanOrEqual(Math.ceil(theirs / weight) + 1);
          }
        }
      }
    }),
  );
});

it('never starts more than there are places, nor more of one user than the limit, and uses all there are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ weight: fc.integer({ min: 1, max: 8 }), running: fc.nat(3) }), { maxLength: 20 }),
      fc.nat(30),
      (given, places) => {
        const lanes = given.map((more, index) => lane(`u${index} `, more));
        const { starts } = plan(lanes, { places });
        const room = lanes.reduce((sum, each) => sum + (3 - each.running), 0);
        expect(starts).toHaveLength(Math.min(places, room));
        for (const { ownerUserId, running } of lanes) {
          const mine = starts.filter((start) => start.ownerUserId === ownerUserId).length;
          expect(mine + running).toBeLessThanOrEqual(3);
        }
      },
    ),
  );
});

/** What was started between the starts of a user. */
function gapsOf(started: readonly string[], owner: string): string[][] {
  const gaps: string[][] = [];
  let gap: string[] | undefined;
  for (const name of started) {
    if (name === owner) {
      if (gap) gaps.push(gap);
      gap = [];
    } else gap?.push(name);
  }
  // A user who is not started any more until the end counts too.
  if (gap) gaps.push(gap);
  return gaps;
}
