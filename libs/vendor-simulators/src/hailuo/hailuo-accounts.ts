import type { SimRequest } from '../core/sim-http';
import type { SimAccount } from '../core/task-book';
import { HailuoError } from './hailuo-errors';

export interface HailuoAccount extends SimAccount {
  readonly name: string;
  /** Several are valid while a key is being rotated. */
  apiKeys: string[];
  /** Only older keys have one. Where it is asked for by `GroupId`, it must be this. */
  groupId: string | null;
  /** Tasks that may be open at the same time. */
  concurrency: number;
  /** Yuan that are left. */
  units: number;
}

export const HAILUO_DEMO_ACCOUNT: HailuoAccount = {
  name: 'demo',
  apiKeys: ['sim-hailuo-api-key'],
  groupId: null,
  concurrency: 20,
  units: 1_000_000,
};

/** Whose request it is. Throws the vendor's 1004 and 2049. */
export function authenticate(
  accounts: readonly HailuoAccount[],
  { headers, query }: SimRequest,
): HailuoAccount {
  const key = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1];
  if (key === undefined) throw new HailuoError(1004);
  const account = accounts.find(({ apiKeys }) => apiKeys.includes(key));
  if (account === undefined) throw new HailuoError(2049);
  const group = query.get('GroupId');
  if (group !== null && group !== account.groupId) throw new HailuoError(1004, 'token not match group');
  return account;
}
