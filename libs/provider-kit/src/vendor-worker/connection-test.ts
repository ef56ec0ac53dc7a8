import type { CredentialRef, RpcResponse, testConnectionRpc } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { errorPayload } from '../error-payload';
import { within } from './deadline';
import type { WorkerParts } from './worker-parts';

type Report = RpcResponse<ReturnType<typeof testConnectionRpc>>;

/** A person waits for it. Milliseconds. */
const TEST_MS = 10_000;

/** Whether a key works, by calls that cost nothing. Never rejects. */
export async function testConnection(parts: WorkerParts, ref: CredentialRef): Promise<Report> {
  const { adapter, credentials, metrics } = parts;
  const { provider } = adapter;
  const controller = new AbortController();
  const late = (): AppError => {
    controller.abort(new Error('the time for it was over'));
    const message = `${provider} did not answer within ${TEST_MS / 1000} s. Check its address and the network.`;
    return new AppError('provider_timeout', message, { provider, retryable: true });
  };
  const ask = async (): Promise<Report> => {
    const credential = await credentials.get(ref);
    const call = { credential, timeoutMs: TEST_MS, signal: controller.signal };
    const { ok, checks } = await metrics.timed('test_connection', () => adapter.testConnection(call));
    return { ok, checks: checks.map((check) => ({ ...check })), error: null };
  };
  try {
    return await within(ask(), TEST_MS, late);
  } catch (error) {
    return { ok: false, checks: [], error: errorPayload(AppError.from(error)) };
  }
}
