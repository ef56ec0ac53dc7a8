import type { ColumnType, Generated } from 'kysely';

type Moment = ColumnType<Date, Date | string, Date | string>;
type MomentOrNull = ColumnType<Date | null, Date | string | null, Date | string | null>;

export type LaneState = 'ready' | 'full' | 'blocked' | 'sleeping' | 'idle';

/** Where a user stands with a provider. Written only by the pass of that provider, which no other pass runs beside. */
export interface LanesTable {
  provider: string;
  owner_user_id: string;
  weight: Generated<number>;
  /** What the user has had, in starts divided by weight; the least goes first. */
  vtime: number;
  /** Attempts that hold a slot. */
  running: Generated<number>;
  /** Whether these are the user's jobs that run on a key of the user's own: they have a lane apart from the others. */
  own_key: Generated<boolean>;
  /**
   * `ready`: may have a job to start. `full`: has as many attempts as one user may. `blocked`: all that waits is for models
   * without a free slot. `sleeping`: nothing may start before `ready_at`. `idle`: nothing waits.
   */
  state: LaneState;
  /** The model whose slot is waited for, or was last. */
  blocked_on: string | null;
  /** The place among those who wait for that model: the least goes first. */
  blocked_tag: Generated<number>;
  ready_at: MomentOrNull;
  /** Since when it is ready: breaks ties. */
  since: Generated<Date>;
}

/** Says that a lane has something to look at. Inserted with the job, removed by the pass that has looked. */
export interface LaneWakesTable {
  provider: string;
  seq: ColumnType<string, never, never>;
  owner_user_id: string;
  weight: number;
  own_key: Generated<boolean>;
}

export interface ProviderStateTable {
  provider: string;
  /** The virtual clock: a user who comes new starts here. */
  vtime: Generated<number>;
  /** Why the last pass could not start all that waits; null where nothing was in the way. */
  waiting_reason: string | null;
  /** How far the repair has come: the owner it looked at last. */
  repair_after: string | null;
  /** Attempts that ended, and of those that failed, as of `recent_at`; they fade with a quarter of an hour. */
  recent_ended: Generated<number>;
  recent_failed: Generated<number>;
  recent_at: Generated<Date>;
  changed_at: Generated<Date>;
}

export interface SlotsTable {
  provider: string;
  scope: 'provider' | 'model' | 'credential';
  /** Empty for the provider itself, else the model's or the credential's id. */
  key: string;
  in_use: number;
  /** Of a model that lanes wait for: the tag of the lane that was let through last. */
  vtime: Generated<number>;
}

/** What the operator has set; null is what the catalogue or the configuration says. */
export interface ProviderSettingsTable {
  provider: string;
  paused_at: MomentOrNull;
  paused_reason: string | null;
  concurrency: number | null;
  user_concurrency: number | null;
  requests_per_minute: number | null;
  requests_burst: number | null;
  creates_per_minute: number | null;
  changed_at: Generated<Date>;
}

export interface SlotLimitsTable {
  provider: string;
  scope: 'model' | 'credential';
  key: string;
  concurrency: number;
}

/** A token bucket: calls that a credential may make now, as it stood at `refilled_at`. */
export interface RequestBucketsTable {
  provider: string;
  credential_id: string;
  per_minute: number;
  burst: number;
  tokens: number;
  /** What the last question was given. */
  granted: number;
  refilled_at: Moment;
}

/** Creates that a credential has sent of late, by the second. */
export interface CreateWindowsTable {
  credential_id: string;
  /** The second that the last count is of, since 1970. */
  second: number;
  /** One for each second, the newest last. */
  counts: number[];
  /** What the last question was given. */
  granted: number;
}

export interface BreakersTable {
  provider: string;
  credential_id: string;
  state: 'closed' | 'open' | 'half_open';
  /** The error code that opened it. */
  reason: string | null;
  /** In a row. */
  outages: Generated<number>;
  /** How often it was opened since it was closed last; each time the wait doubles. */
  opens: Generated<number>;
  /** When one attempt may try whether the vendor is back. */
  retry_at: MomentOrNull;
  changed_at: Generated<Date>;
}

/** Jobs of one provider that were run together: so many of them may be under way at a time. */
export interface JobSetsTable {
  set_id: string;
  owner_user_id: string;
  provider: string;
  max_concurrent: number;
  /** False once none of them is set aside any more. */
  open: Generated<boolean>;
  /** When a pass last looked whether one may go on. */
  looked_at: Generated<Date>;
  created_at: Generated<Date>;
}

/** A job of the set has ended, or the set is new; taken by the next pass of the provider. */
export interface SetWakesTable {
  provider: string;
  seq: ColumnType<string, never, never>;
  set_id: string;
}
