import type { SimRequest } from '../core/sim-http';
import type { SimAccount } from '../core/task-book';
import { ReplicateError } from './replicate-errors';

export interface ReplicateAccount extends SimAccount {
  readonly name: string;
  /** Several are valid while a key is being rotated. */
  apiKeys: string[];
  /** `whsec_...`: signs the callbacks of the whole account. */
  webhookSecret: string;
  /** False: no payment method is on file, so that creates are limited to 1 a second and 6 a minute. */
  hasPaymentMethod: boolean;
  /** US dollars of credit that are left. */
  units: number;
}

export const REPLICATE_DEMO_ACCOUNT: ReplicateAccount = {
  name: 'demo',
  apiKeys: ['r8_simulated-replicate-token'],
  webhookSecret: 'whsec_c2ltdWxhdGVkLXJlcGxpY2F0ZS1zZWNyZXQ=',
  hasPaymentMethod: true,
  units: 1_000_000,
};

/** Whose request it is. Throws the vendor's 401. */
export function authenticate(
  accounts: readonly ReplicateAccount[],
  { headers }: SimRequest,
): ReplicateAccount {
  const key = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1];
  const account = accounts.find(({ apiKeys }) => key !== undefined && apiKeys.includes(key));
  if (account === undefined) throw new ReplicateError(401);
  return account;
}
