import type { SimRequest } from '../core/sim-http';
import type { SimAccount } from '../core/task-book';
import { YunwuError } from './yunwu-errors';

export interface YunwuAccount extends SimAccount {
  readonly name: string;
  /** Several are valid while a key is being rotated. */
  apiKeys: string[];
  /** Tasks that may be open at the same time; more find the group busy. */
  concurrency: number;
  /** Quota units that are left; 500,000 are a dollar. */
  units: number;
  /** The keys have no limit of their own. */
  unlimited: boolean;
}

export const UNITS_PER_DOLLAR = 500_000;

export const YUNWU_DEMO_ACCOUNT: YunwuAccount = {
  name: 'demo',
  apiKeys: ['sk-simulated-yunwu-key'],
  concurrency: 20,
  units: 1_000_000 * UNITS_PER_DOLLAR,
  unlimited: false,
};

/** Whose request it is. Throws the vendor's 401. */
export function authenticate(accounts: readonly YunwuAccount[], { headers }: SimRequest): YunwuAccount {
  const key = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1];
  const account = accounts.find(({ apiKeys }) => key !== undefined && apiKeys.includes(key));
  if (account === undefined) throw new YunwuError(401);
  return account;
}
