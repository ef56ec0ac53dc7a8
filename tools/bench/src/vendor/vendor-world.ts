import { openWorld, type World } from '../world/world';

export const PROVIDER = 'kling';
export const MODEL = 'kling:kling-2.5-turbo';
/** The cheapest that a vendor's engine makes. */
export const BODY = { prompt: 'A lighthouse at dusk', model: MODEL, duration: 5, size: '720P' };

export interface VendorWorldOptions {
  readonly users: number;
  /** Bytes of a result; what is rendered is smaller and padded, once, in the simulator's memory. */
  readonly clipBytes: number;
  /** How long a task takes at the vendor. Milliseconds. */
  readonly vendorMs: number;
  /** Calls a minute under the one key, submits and polls together. */
  readonly callsPerMinute?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** No limit of the vendor's or the operator's is in the way, so that what is measured is ours. */
const UNLIMITED = { callsPerMinute: 1_000_000, open: 1_000_000, perUser: 100 };

/** Previews and sprite sheets are drawn long after a job is completed, by a core that a round would have to share with the last one's. */
const POSTERS_ONLY = { RENDITIONS: 'none' };

/** A platform with one simulated vendor, and no other engine. */
export async function openVendorWorld(options: VendorWorldOptions): Promise<World> {
  const { users, clipBytes, vendorMs, callsPerMinute = UNLIMITED.callsPerMinute, env = {} } = options;
  const simulator = [
    ...['--queue-ms', '0,0', '--run-ms', `${vendorMs},${vendorMs}`],
    ...['--concurrency', `${UNLIMITED.open}`, '--scale', '0.05', '--pad-bytes', `${clipBytes}`],
  ];
  const world = await openWorld({
    users,
    providers: [PROVIDER],
    simulate: [PROVIDER],
    env: { SIMULATOR_ARGS: simulator.join(' '), ...POSTERS_ONLY, ...env },
  });
  try {
    await world.sql.query(
      `insert into jobs.provider_settings (provider, concurrency, user_concurrency, requests_per_minute, requests_burst)
       values ($1, $2, $3, $4, $5)`,
      [PROVIDER, UNLIMITED.open, UNLIMITED.perUser, callsPerMinute, Math.ceil(callsPerMinute / 60)],
    );
    return world;
  } catch (error) {
    await world.close();
    throw error;
  }
}
