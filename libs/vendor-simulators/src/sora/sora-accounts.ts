import type { SimRequest } from '../core/sim-http';
import type { SimAccount } from '../core/task-book';
import { SoraError } from './sora-errors';

export interface SoraAccount extends SimAccount {
  readonly name: string;
  /** Several are valid while a key is being rotated. */
  apiKeys: string[];
  /** Videos that may be under way at the same time. */
  concurrency: number;
  /** Dollars that are left. */
  units: number;
  /** As it is set up for a project in the vendor's dashboard; null: nobody is called. */
  webhook: { readonly url: string; readonly secret: string } | null;
}

export const SORA_DEMO_ACCOUNT: SoraAccount = {
  name: 'demo',
  apiKeys: ['sim-sora-api-key'],
  concurrency: 20,
  units: 1_000_000,
  webhook: null,
};

/** Whose request it is. Throws the vendor's 401. */
export function authenticate(accounts: readonly SoraAccount[], { headers }: SimRequest): SoraAccount {
  const key = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1];
  if (key === undefined) throw new SoraError('invalid_api_key', "You didn't provide an API key.");
  const account = accounts.find(({ apiKeys }) => apiKeys.includes(key));
  if (account === undefined) throw new SoraError('invalid_api_key', `Incorrect API key provided: ${key}.`);
  return account;
}
