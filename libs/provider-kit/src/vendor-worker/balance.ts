import type { CredentialRef, RpcResponse, balanceRpc } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { errorPayload } from '../error-payload';
import type { BalanceReport, VendorAdapter, VendorCall } from '../vendor';
import { within } from './deadline';
import type { WorkerParts } from './worker-parts';

type Answer = RpcResponse<ReturnType<typeof balanceRpc>>;

/** A person waits for it. Milliseconds. */
const BALANCE_MS = 10_000;

/** What is left at the vendor under a key, by a call that costs nothing. Never rejects. */
export async function readBalance(parts: WorkerParts, ref: CredentialRef): Promise<Answer> {
  const { adapter, credentials, metrics } = parts;
  const { provider } = adapter;
  const controller = new AbortController();
  const late = (): AppError => {
    controller.abort(new Error('the time for it was over'));
    const message = `${provider} did not answer within ${BALANCE_MS / 1000} s. Try again later.`;
    return new AppError('provider_timeout', message, { provider, retryable: true });
  };
  const ask = async (): Promise<Answer> => {
    const credential = await credentials.get(ref);
    const call = { credential, timeoutMs: BALANCE_MS, signal: controller.signal };
    const { lines, note } = await metrics.timed('balance', () => balanceOf(adapter, call));
    const shown = lines.map((line) => ({ ...line, expiresAt: line.expiresAt?.toISOString() ?? null }));
    return { balance: { lines: shown, note }, error: null };
  };
  try {
    return await within(ask(), BALANCE_MS, late);
  } catch (error) {
    return { balance: null, error: errorPayload(AppError.from(error)) };
  }
}

function balanceOf(adapter: VendorAdapter, call: VendorCall): Promise<BalanceReport> {
  if (adapter.balance) return adapter.balance(call);
  const { provider } = adapter;
  const message = `${provider} tells no balance to programs; look at it in the vendor's console.`;
  throw new AppError('unsupported_by_model', message, { provider });
}
