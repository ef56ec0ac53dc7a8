import { sql, type QueryResult, type RawBuilder } from 'kysely';
import { AppError } from '@shotloom/kernel';
import { providerSpec, type ProviderSpec } from '@shotloom/contracts';
import type { JobsTx } from '../jobs/job-changes';

export interface SchedulerLimits {
  /** Attempts of one user with one provider at a time, unless the operator set another number for the provider. */
  readonly perUser: number;
  /** Attempts started in one pass, so that a transaction stays short. */
  readonly batch: number;
  /** Whether attempts of the provider are started here; all are unless told. */
  readonly isOn?: (provider: string) => boolean;
}

/** A provider as a pass finds it: the operator's settings over the catalogue's. */
export interface ProviderNow {
  readonly provider: string;
  readonly spec: ProviderSpec;
  readonly paused: boolean;
  readonly concurrency: number;
  readonly perUser: number;
  /** The most for anybody, whatever a plan allows; null where the operator has set nothing for this provider. */
  readonly mostPerUser: number | null;
  /** Null where no limit is known. */
  readonly requests: { readonly perMinute: number; readonly burst: number } | null;
  /** Orders under one key in any minute; null where no limit is known. */
  readonly createsPerMinute: number | null;
  /** The virtual clock of the fair order. */
  readonly clock: number;
  readonly waitingReason: string | null;
  /** When the pass began, on Postgres' clock. */
  readonly at: Date;
}

interface StateRow {
  at: Date;
  vtime: number;
  waiting_reason: string | null;
  paused: boolean;
  concurrency: number | null;
  user_concurrency: number | null;
  requests_per_minute: number | null;
  requests_burst: number | null;
  creates_per_minute: number | null;
}

/**
 * The provider as it is, where this transaction may write what only one pass of the provider writes: lanes, slots and who holds one.
 * Null where another replica is at it: nobody waits for that, since it does the same work. The state is read by a statement of its
 * own after the lock was taken.
 */
export async function lockProvider(
  tx: JobsTx,
  provider: string,
  limits: SchedulerLimits,
): Promise<ProviderNow | null> {
  const lock = sql<{ mine: boolean }>`
    SELECT pg_try_advisory_xact_lock(hashtext('shotloom.scheduler'), hashtext(${provider})) AS mine`;
  const [locked, state] = await tx.together([lock, readState(provider)]);
  return locked.rows[0]?.mine === true ? toProvider(provider, limits, state.rows[0]) : null;
}

function toProvider(provider: string, limits: SchedulerLimits, row: StateRow | undefined): ProviderNow {
  if (!row) throw new AppError('internal', `The state of provider ${provider} could not be read.`);
  const spec = providerSpec(provider);
  const { requests_per_minute: perMinute, requests_burst: burst } = row;
  return {
    provider,
    spec,
    // Switched off, it has news all the same: what ends there, and who waits there still.
    paused: row.paused || limits.isOn?.(provider) === false,
    concurrency: row.concurrency ?? spec.concurrency,
    perUser: row.user_concurrency ?? limits.perUser,
    mostPerUser: row.user_concurrency,
    requests: perMinute === null || burst === null ? spec.requests : { perMinute, burst },
    createsPerMinute: row.creates_per_minute ?? spec.createsPerMinute,
    clock: row.vtime,
    waitingReason: row.waiting_reason,
    at: row.at,
  };
}

function readState(provider: string): RawBuilder<StateRow> {
  return sql<StateRow>`
    WITH known AS (
      INSERT INTO jobs.provider_state (provider) VALUES (${provider}) ON CONFLICT DO NOTHING RETURNING provider
    )
    SELECT now() AS at, coalesce(state.vtime, 0) AS vtime, state.waiting_reason, settings.paused_at IS NOT NULL AS paused,
      settings.concurrency, settings.user_concurrency, settings.requests_per_minute, settings.requests_burst,
      settings.creates_per_minute
    FROM (SELECT ${provider}::text AS provider) AS wanted
    LEFT JOIN jobs.provider_state AS state USING (provider)
    LEFT JOIN jobs.provider_settings AS settings USING (provider)`;
}

/** Free places of the provider, and the models that have none. Read after the harvest. */
export interface FreeSlots {
  readonly provider: number;
  /** By model, only those that have a limit. */
  readonly models: Map<string, number>;
}

interface FreeRow {
  scope: 'provider' | 'model';
  key: string;
  free: number;
}

export function freeSlotsQuery(now: ProviderNow): RawBuilder<FreeRow> {
  return sql<FreeRow>`
    SELECT 'provider' AS scope, '' AS key, ${now.concurrency}::int - coalesce(
      (SELECT in_use FROM jobs.slots WHERE provider = ${now.provider} AND scope = 'provider' AND key = ''), 0) AS free
    UNION ALL
    SELECT 'model', slot_limit.key, slot_limit.concurrency - coalesce(slot.in_use, 0)
    FROM jobs.slot_limits AS slot_limit LEFT JOIN jobs.slots AS slot USING (provider, scope, key)
    WHERE slot_limit.provider = ${now.provider} AND slot_limit.scope = 'model'`;
}

export function toFreeSlots({ rows }: QueryResult<FreeRow>): FreeSlots {
  return {
    provider: rows.find((row) => row.scope === 'provider')?.free ?? 0,
    models: new Map(rows.filter((row) => row.scope === 'model').map((row) => [row.key, row.free])),
  };
}
