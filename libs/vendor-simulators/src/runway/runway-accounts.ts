import type { SimRequest } from '../core/sim-http';
import type { SimAccount } from '../core/task-book';
import { RunwayError } from './runway-errors';

export interface RunwayAccount extends SimAccount {
  readonly name: string;
  /** Several are valid while a key is being rotated. */
  apiKeys: string[];
  /** Tasks that work at the same time; more are throttled, never refused. */
  concurrency: number;
  /** Tasks a day and model; more get 429. */
  dailyGenerations: number;
  /** Credits that are left. */
  units: number;
}

export const RUNWAY_DEMO_ACCOUNT: RunwayAccount = {
  name: 'demo',
  apiKeys: ['key_simulated-runway-secret'],
  concurrency: 20,
  dailyGenerations: 1_000_000,
  units: 1_000_000,
};

/** The only version that the vendor's client sends. */
const VERSION = '2024-11-06';

/** Whose request it is. Throws the vendor's 400 without the right version, and 401. */
export function authenticate(accounts: readonly RunwayAccount[], { headers }: SimRequest): RunwayAccount {
  const key = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1];
  const account = accounts.find(({ apiKeys }) => key !== undefined && apiKeys.includes(key));
  if (account === undefined) throw new RunwayError(401);
  if (headers['x-runway-version'] !== VERSION) {
    throw new RunwayError(
      400,
      'The X-Runway-Version header is missing or names a version that is not known.',
    );
  }
  return account;
}
