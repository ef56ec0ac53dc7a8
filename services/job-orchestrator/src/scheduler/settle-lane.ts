import type { LaneState } from '../schema/scheduler-tables';
import type { Head, ReadyLane } from './ready-lanes';

/** The farthest a lane may run ahead of the clock, in starts of weight 1: a debt that could be paid off soon. */
export const MAX_LEAD = 2;
/** A lane that waits for several models is listed under one of them, and looked at again after this. Milliseconds. */
const RELOOK_MS = 30_000;
/** A lane whose user has as many attempts as the plan allows over all providers is looked at again after this. Milliseconds. */
const LOOK_FOR_ROOM_MS = 1_000;

export interface SettledLane {
  readonly ownerUserId: string;
  readonly state: LaneState;
  readonly vtime: number;
  readonly running: number;
  readonly ownKey: boolean;
  /** The model that it waits for, or waited for last and was not given yet. */
  readonly blockedOn: string | null;
  /** Keeps the place among those who wait for the model. */
  readonly keepsPlace: boolean;
  readonly readyAt: Date | null;
}

export interface SettleInput {
  readonly clock: number;
  /** Now, on Postgres' clock. */
  readonly at: Date;
  readonly fullModels: ReadonlySet<string>;
  /** What stands in the way of the lane's own keys: a moment from which on they may be used, or full. Undefined: nothing. */
  readonly ownKeyWait: (ownerUserId: string) => Date | 'full' | undefined;
}

/** What a lane that was looked at is now, after its jobs of `started` were started. Pure. */
export function settleLane(lane: ReadyLane, started: ReadonlySet<string>, input: SettleInput): SettledLane {
  const { ownerUserId, ownKey } = lane;
  const mine = lane.heads.filter(({ jobId }) => started.has(jobId)).length;
  const running = lane.running + mine;
  const vtime = Math.min(lane.vtime + mine / lane.weight, Math.max(lane.vtime, input.clock + MAX_LEAD));
  const wait = waitOf(lane, started, running, input);
  // Whoever has started something since has had the turn, and goes to the end of the line.
  const keepsPlace = mine === 0 && wait.blockedOn === lane.blockedOn;
  const blockedOn = mine === 0 ? (wait.blockedOn ?? lane.blockedOn) : wait.blockedOn;
  return { ownerUserId, ownKey, running, vtime, keepsPlace, ...wait, blockedOn };
}

function waitOf(lane: ReadyLane, started: ReadonlySet<string>, running: number, input: SettleInput): Wait {
  const { fullModels, at } = input;
  const nothing = { blockedOn: null, readyAt: null };
  const relookAt = new Date(at.getTime() + RELOOK_MS);
  if (running >= lane.perUser) return { state: 'full', ...nothing };
  // The plan's limit: what ends at another provider does not wake this lane.
  if (running - lane.running >= lane.room) return sleepUntil(new Date(at.getTime() + LOOK_FOR_ROOM_MS));
  const left = lane.heads.filter(({ jobId }) => !started.has(jobId));
  const keyWait = lane.ownKey && left.length > 0 ? input.ownKeyWait(lane.ownerUserId) : undefined;
  // Each end of an attempt under a user's own key is an end of this lane, and makes it ready again.
  if (keyWait === 'full' && running > 0) return { state: 'full', ...nothing };
  if (keyWait) return sleepUntil(keyWait === 'full' ? relookAt : keyWait);
  const open = left.some(({ model }) => !fullModels.has(model));
  // As many heads as were asked for: there may be jobs of other models behind them.
  const unseen = left.length > 0 && lane.heads.length >= lane.room;
  if (open || unseen) return { state: 'ready', ...nothing };
  return (
    waitForModel(lane, left, relookAt) ??
    (lane.nextAt ? sleepUntil(lane.nextAt) : { state: 'idle', ...nothing })
  );
}

type Wait = Pick<SettledLane, 'state' | 'blockedOn' | 'readyAt'>;

/** Undefined where no model is in the way. */
function waitForModel(lane: ReadyLane, left: readonly Head[], relookAt: Date): Wait | undefined {
  const blocked = [...new Set([...left.map(({ model }) => model), ...lane.blockedModels])];
  const blockedOn = blocked.find((model) => model === lane.blockedOn) ?? blocked[0];
  if (blockedOn === undefined) return undefined;
  return {
    state: 'blocked',
    blockedOn,
    readyAt: earlier(blocked.length > 1 ? relookAt : null, lane.nextAt),
  };
}

function sleepUntil(readyAt: Date): Wait {
  return { state: 'sleeping', blockedOn: null, readyAt };
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (!one || !other) return one ?? other;
  return one < other ? one : other;
}
