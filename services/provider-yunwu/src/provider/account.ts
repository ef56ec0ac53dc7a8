import { AppError } from '@shotloom/kernel';
import {
  decimalText,
  type BalanceReport,
  type ConnectionCheck,
  type ConnectionReport,
  type VendorCall,
} from '@shotloom/provider-kit';
import type { YunwuClient } from './client';

/** A person waits for it. Milliseconds. */
const CHECK_TIMEOUT_MS = 8_000;
/** Dollars: what the vendor says of a key that has no limit. */
const UNLIMITED = 100_000_000;
const UNIT = 'usd';
/** Those of which the catalogue speaks, without the provider's name. */
const OURS = ['grok-video-3', 'grok-video-3-10s', 'grok-imagine-video', 'grok-imagine-video-1.5-preview'];

/** Asks what is left for the key, and which of our models are sold; both are free. */
export async function checkConnection(client: YunwuClient, call: VendorCall): Promise<ConnectionReport> {
  const patient = { ...call, timeoutMs: Math.min(call.timeoutMs ?? CHECK_TIMEOUT_MS, CHECK_TIMEOUT_MS) };
  const [key, models] = await Promise.all([checkKey(client, patient), checkModels(client, patient)]);
  return { ok: key.ok, checks: key.ok && models !== null ? [key, models] : [key] };
}

async function checkKey(client: YunwuClient, call: VendorCall): Promise<ConnectionCheck> {
  const what = 'Asked Yunwu for the balance of this key';
  try {
    const [granted, used] = await Promise.all([client.granted(call), client.used(call)]);
    const left = granted - used;
    if (granted >= UNLIMITED) return { what, ok: true, detail: 'The key is accepted, and has no limit.' };
    if (left > 0) return { what, ok: true, detail: `The key is accepted. ${decimalText(left)} are left.` };
    const detail = 'The key is accepted, but nothing is left: videos will be refused. Top it up.';
    return { what, ok: false, detail };
  } catch (thrown) {
    const { message, vendorMessage } = AppError.from(thrown);
    return { what, ok: false, detail: vendorMessage ? `${message} Yunwu said: ${vendorMessage}` : message };
  }
}

/** Null where it cannot be learned: what is sold is worth telling, and decides nothing. */
async function checkModels(client: YunwuClient, call: VendorCall): Promise<ConnectionCheck | null> {
  try {
    const sold = new Set(await client.sold(call));
    const missing = OURS.filter((name) => !sold.has(name));
    const detail =
      missing.length === 0 ? 'All of them are sold.' : `Not sold at the moment: ${missing.join(', ')}.`;
    return { what: "Asked Yunwu whether it sells the catalogue's models", ok: missing.length === 0, detail };
  } catch {
    return null;
  }
}

/** What is left for the key, in what the vendor calls dollars. */
export async function readBalance(client: YunwuClient, call: VendorCall): Promise<BalanceReport> {
  const [granted, used] = await Promise.all([client.granted(call), client.used(call)]);
  const left = Math.max(0, granted - used);
  const limit = granted >= UNLIMITED ? 'The key has no limit: the amount is not what the account has. ' : '';
  return {
    lines: [
      {
        ...{ name: 'Balance of the key', remaining: decimalText(left), total: decimalText(granted) },
        ...{ unit: UNIT, usable: left > 0, expiresAt: null },
      },
    ],
    note: `${limit}Used so far: ${decimalText(used)}.`,
  };
}
