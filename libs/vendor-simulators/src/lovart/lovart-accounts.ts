import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SimRequest } from '../core/sim-http';
import type { SimAccount } from '../core/task-book';
import { LovartError } from './lovart-errors';

export interface LovartKey {
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface LovartAccount extends SimAccount {
  readonly name: string;
  /** Several are valid while a key is being rotated. */
  keys: LovartKey[];
  /** Threads at work; one more is refused with 402/2012. */
  concurrency: number;
  /** Credits that are left. */
  units: number;
  /** What a second of video costs. The vendor publishes no price: this is the simulator's own. */
  creditsPerSecond: number;
  /** What costs more than this waits to be confirmed. From where on the vendor asks is not published. */
  confirmAbove: number;
  /** `unlimited`: threads wait in the queue and take no credits. */
  unlimited: boolean;
}

export const LOVART_DEMO_ACCOUNT: LovartAccount = {
  name: 'demo',
  keys: [{ accessKey: 'ak_simulated-lovart', secretKey: 'sk_simulated-lovart-secret' }],
  concurrency: 20,
  units: 1_000_000,
  creditsPerSecond: 10,
  confirmAbove: 0,
  unlimited: false,
};

/** How far a timestamp may be off. The vendor does not say. Seconds. */
const SKEW_SECONDS = 300;

/** Hex HMAC-SHA256 by the secret of method, path (prefix in, query out) and time; the body is not signed. */
export function signatureOf(secretKey: string, method: string, path: string, timestamp: string): string {
  return createHmac('sha256', secretKey).update(`${method}\n${path}\n${timestamp}`).digest('hex');
}

/** Whose request it is. Throws the vendor's 401. */
export function authenticate(
  accounts: readonly LovartAccount[],
  { method, path, headers }: SimRequest,
  nowMs: number,
): LovartAccount {
  const timestamp = headers['x-timestamp'] ?? '';
  const isOnTime = /^\d{10}$/.test(timestamp) && Math.abs(Number(timestamp) - nowMs / 1_000) <= SKEW_SECONDS;
  const saysSame = headers['x-signed-method'] === method && headers['x-signed-path'] === path;
  const account = accounts.find(({ keys }) =>
    keys.some(
      ({ accessKey, secretKey }) =>
        accessKey === headers['x-access-key'] &&
        isSame(headers['x-signature'] ?? '', signatureOf(secretKey, method, path, timestamp)),
    ),
  );
  if (account === undefined || !isOnTime || !saysSame) throw new LovartError('401');
  return account;
}

function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
