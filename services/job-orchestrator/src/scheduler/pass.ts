import type { RawBuilder } from 'kysely';
import type { JobsTx } from '../jobs/job-changes';
import type { KnownCredentials, ListedCredential } from './credential-directory';
import { startAttempts } from './dispatch';
import type { Estimate } from '../spend/reserve';
import { KeyRing, NO_KEYS_NEEDED, type KeyState, type KeyWait } from './key-ring';
import { keyStatesQuery, toKeyStates } from './key-states';
import { tidyLanes, wasTidied } from './lane-upkeep';
import { planStarts, type SeenTo } from './plan-starts';
import {
  freeSlotsQuery,
  lockProvider,
  toFreeSlots,
  type FreeSlots,
  type ProviderNow,
  type SchedulerLimits,
} from './provider-limits';
import { readReadyLanes, readyQuery, type LookAt, type ReadyLane } from './ready-lanes';
import { settleLane } from './settle-lane';
import { claimRoom } from './user-room';
import { moveClock, noteReason, takeSlots, writeLanes } from './settle-pass';

/** Why jobs wait although they could start. */
export type WaitingReason = 'paused' | 'provider_full' | 'no_credential' | 'credentials_unknown' | KeyWait;

export interface PassInput {
  readonly provider: string;
  readonly limits: SchedulerLimits;
  /** Undefined where the list could not be had, or is not needed. */
  readonly credentials: KnownCredentials | undefined;
  readonly estimate: Estimate;
}

export interface PassResult {
  readonly started: number;
  /** Another pass would find something to do at once. */
  readonly more: boolean;
  readonly reason: WaitingReason | null;
  /** Whether the reason is another than the pass before had. */
  readonly news: boolean;
  /** When one of the operator's keys may have room by itself, from the pass on; null where nobody waits for that. Milliseconds. */
  readonly nextInMs: number | null;
}

/**
 * One pass for one provider: takes in what has happened since the last, and starts what may start, in the fair order. Passes of one
 * provider exclude each other over all replicas, so limits cannot be overshot. Null where another replica is at it.
 */
export async function schedulerPass(tx: JobsTx, given: PassInput): Promise<PassResult | null> {
  const now = await lockProvider(tx, given.provider, given.limits);
  if (!now) return null;
  const input = needsKeys(now) ? given : { ...given, credentials: undefined };
  const { tidied, free, shared } = await lookAround(tx, now, input);
  const stop = stopReason(now, free, input);
  const done = stop ? { ...NOTHING, reason: stop } : await startWhatMay(tx, now, { free, shared }, input);
  const reason = await write(tx, now, done);
  if (tidied.touched || done.touched) moveClock(tx, now);
  const news = await noteReason(tx, now, reason);
  const nextInMs = reason === null || !done.nextAt ? null : done.nextAt.getTime() - now.at.getTime();
  return { started: done.started, more: tidied.more || done.more, reason, news, nextInMs };
}

/** Writes with the commit, unless something was in the way: then whether anybody waits must be looked at after the writes. */
async function write(
  tx: JobsTx,
  { provider }: ProviderNow,
  { writes, reason }: Done,
): Promise<WaitingReason | null> {
  if (reason === null) {
    for (const statement of writes) tx.atCommit(statement);
    return null;
  }
  const results = await tx.together([...writes, readyQuery(provider, false)]);
  return results.at(-1)?.rows.length === 0 ? null : reason;
}

interface Found {
  readonly free: FreeSlots;
  /** What is known of the operator's keys. */
  readonly shared: readonly KeyState[];
}

/** Takes in what has happened since the last pass, and then reads what is free, in one round trip. */
async function lookAround(
  tx: JobsTx,
  now: ProviderNow,
  { credentials }: PassInput,
): Promise<Found & { tidied: ReturnType<typeof wasTidied> }> {
  const ids = credentials?.shared.map(({ id }) => id) ?? [];
  const [released, woken, ended, slept, unblocked, free, shared] = await tx.together([
    ...tidyLanes(now),
    freeSlotsQuery(now),
    keyStatesQuery(now, ids),
  ]);
  return {
    tidied: wasTidied([released, woken, ended, slept, unblocked]),
    free: toFreeSlots(free),
    shared: toKeyStates(shared),
  };
}

interface Done {
  readonly started: number;
  /** Whether any lane was moved. */
  readonly touched: boolean;
  readonly more: boolean;
  readonly reason: WaitingReason | null;
  /** When a key may have room by itself, where keys are the reason. */
  readonly nextAt: Date | undefined;
  /** What is left to write. */
  readonly writes: readonly RawBuilder<unknown>[];
}

const NOTHING = { started: 0, touched: false, more: false, nextAt: undefined, writes: [] };
/** Lanes looked at beyond those that can start, so that a few that have nothing to start do not cost a pass each. */
const SPARE_LOOKS = 4;

async function startWhatMay(
  tx: JobsTx,
  now: ProviderNow,
  { free, shared }: Found,
  input: PassInput,
): Promise<Done> {
  const { credentials } = input;
  const places = Math.min(input.limits.batch, free.provider);
  const keys = credentials ? new KeyRing(credentials, now.concurrency) : undefined;
  if (keys && credentials) keys.add(shared, credentials.shared);
  const room = Math.min(keys?.sharedRoom() ?? places, places);
  const look: LookAt = { shared: room > 0 ? room + SPARE_LOOKS : 0, own: keys ? places + SPARE_LOOKS : 0 };
  const full = [...free.models].filter(([, count]) => count <= 0).map(([model]) => model);
  const read = await claimRoom(tx, now, await readReadyLanes(tx, now, look, full));
  if (keys && credentials) await addKeys(tx, now, keys, ownKeysOf(read, credentials));
  const seen = seenTo(read, look);
  const { started, moved, cut, writes } = await startFrom(tx, now, {
    lanes: read,
    seen,
    places,
    models: free.models,
    keys,
    estimate: input.estimate,
  });
  const behind = cut || seen.shared !== null || seen.own !== null || started >= places;
  return {
    started,
    touched: moved,
    more: moved && behind,
    ...reasonOf(keys, free.provider - started),
    writes,
  };
}

function reasonOf(keys: KeyRing | undefined, placesLeft: number): Pick<Done, 'reason' | 'nextAt'> {
  if (placesLeft <= 0) return { reason: 'provider_full', nextAt: undefined };
  if (!keys || keys.sharedRoom() > 0) return { reason: null, nextAt: undefined };
  return { reason: keys.sharedWait(), nextAt: keys.sharedNext() };
}

/** Our own engines render without a key. */
const needsKeys = ({ spec }: ProviderNow): boolean => spec.kind === 'poll';

function stopReason(now: ProviderNow, free: FreeSlots, input: PassInput): WaitingReason | undefined {
  if (now.paused) return 'paused';
  if (needsKeys(now) && !input.credentials) return 'credentials_unknown';
  return free.provider <= 0 ? 'provider_full' : undefined;
}

async function addKeys(
  tx: JobsTx,
  now: ProviderNow,
  keys: KeyRing,
  credentials: readonly ListedCredential[],
): Promise<void> {
  if (credentials.length === 0) return;
  const query = keyStatesQuery(
    now,
    credentials.map(({ id }) => id),
  );
  keys.add(toKeyStates(await query.execute(tx.sql)), credentials);
}

function ownKeysOf(lanes: readonly ReadyLane[], { byOwner }: KnownCredentials): ListedCredential[] {
  return lanes.flatMap(({ ownerUserId, ownKey }) => (ownKey ? (byOwner.get(ownerUserId) ?? []) : []));
}

interface From {
  readonly lanes: readonly ReadyLane[];
  readonly seen: SeenTo;
  readonly places: number;
  readonly models: ReadonlyMap<string, number>;
  readonly keys: KeyRing | undefined;
  readonly estimate: Estimate;
}

async function startFrom(
  tx: JobsTx,
  now: ProviderNow,
  { lanes, seen, places, models, keys, estimate }: From,
): Promise<{ started: number; moved: boolean; cut: boolean; writes: RawBuilder<unknown>[] }> {
  const plan = planStarts({ lanes, seenTo: seen, places, models, keys: keys ?? NO_KEYS_NEEDED });
  const starts = await startAttempts(tx, now, plan.starts, estimate);
  const started = new Set(starts.map(({ jobId }) => jobId));
  const settled = lanes
    .map((lane) =>
      settleLane(lane, started, {
        clock: now.clock,
        at: now.at,
        fullModels: plan.fullModels,
        ownKeyWait: (owner) => keys?.ownWait(owner),
      }),
    )
    .filter((lane, index) => lane.state !== 'ready' || lane.running !== lanes[index]?.running);
  const writes = [...writeLanes(now, settled), ...takeSlots(now, starts)];
  return { started: starts.length, moved: settled.length > 0, cut: plan.cut, writes };
}

/** Where as many lanes came as were asked for, there may be others behind the last. */
function seenTo(lanes: readonly ReadyLane[], look: LookAt): SeenTo {
  const last = (ownKey: boolean, limit: number): number | null => {
    const found = lanes.filter((lane) => lane.ownKey === ownKey);
    return limit > 0 && found.length >= limit ? (found.at(-1)?.vtime ?? null) : null;
  };
  return { shared: last(false, look.shared), own: last(true, look.own) };
}
