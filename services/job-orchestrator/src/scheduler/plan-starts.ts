import type { Head, ReadyLane } from './ready-lanes';
import type { KeyChoice, PickedKey } from './key-ring';

export interface PlannedStart {
  readonly jobId: string;
  readonly ownerUserId: string;
  readonly model: string;
  /** Whether the key is one of the user's own. */
  readonly ownKey: boolean;
  /** Null for engines that need no key. */
  readonly key: PickedKey | null;
}

/** How far down the fair order a pass has looked; null where it has seen the end. */
export interface SeenTo {
  readonly shared: number | null;
  readonly own: number | null;
}

export interface PlanInput {
  readonly lanes: readonly ReadyLane[];
  readonly seenTo: SeenTo;
  /** Attempts that may be started now: the provider's free places, and the pass's own bound. */
  readonly places: number;
  /** Free places by model, for those with a limit. */
  readonly models: ReadonlyMap<string, number>;
  readonly keys: KeyChoice;
}

export interface Plan {
  readonly starts: readonly PlannedStart[];
  /** Models that have no free place after these starts. */
  readonly fullModels: ReadonlySet<string>;
  /** Whether lanes that were not read come before those that remain. */
  readonly cut: boolean;
}

/** A lane while starts are dealt out. */
interface Turn {
  readonly lane: ReadyLane;
  readonly heads: Head[];
  vtime: number;
  running: number;
}

/**
 * Deals out the free places by weighted fair queueing: the lane with the least virtual time starts its oldest job and moves on
 * by 1/weight. Lanes of equal time keep the order they came in, which is by age. Pure: it neither reads nor writes.
 */
export function planStarts(input: PlanInput): Plan {
  const { lanes, places, keys } = input;
  const models = new Map(input.models);
  const isFull = (model: string): boolean => (models.get(model) ?? 1) <= 0;
  const starts: PlannedStart[] = [];
  let turns: Turn[] = lanes.map((lane) => ({ ...lane, lane, heads: [...lane.heads] }));
  let cut = false;
  while (starts.length < places) {
    const turn = least(turns);
    if (!turn) break;
    if (isBeyond(turn.vtime, input.seenTo)) {
      cut = true;
      break;
    }
    const { ownerUserId, ownKey } = turn.lane;
    const index = turn.heads.findIndex(({ model }) => !isFull(model));
    const head = turn.heads[index];
    if (!head || turn.running - turn.lane.running >= turn.lane.room) {
      turns = turns.filter((other) => other !== turn);
      continue;
    }
    const key = keys.pick(ownerUserId, ownKey);
    if (key === 'none') {
      turns = turns.filter((other) => other !== turn && (turn.lane.ownKey || other.lane.ownKey));
      continue;
    }
    starts.push({ jobId: head.jobId, ownerUserId, model: head.model, ownKey, key });
    turn.heads.splice(index, 1);
    turn.running += 1;
    turn.vtime += 1 / turn.lane.weight;
    const free = models.get(head.model);
    if (free !== undefined) models.set(head.model, free - 1);
  }
  const fullModels = new Set([...models.keys()].filter(isFull));
  return { starts, fullModels, cut };
}

/** The first of those with the least virtual time. */
function least(turns: readonly Turn[]): Turn | undefined {
  let found: Turn | undefined;
  for (const turn of turns) if (!found || turn.vtime < found.vtime) found = turn;
  return found;
}

function isBeyond(vtime: number, { shared, own }: SeenTo): boolean {
  return (shared !== null && vtime > shared) || (own !== null && vtime > own);
}
