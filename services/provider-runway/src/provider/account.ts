import { AppError } from '@shotloom/kernel';
import type { BalanceReport, ConnectionReport, VendorCall } from '@shotloom/provider-kit';
import type { RunwayClient } from './client';

/** A person waits for it. Milliseconds. */
const CHECK_TIMEOUT_MS = 8_000;

/** Asks for the credits of the key's organization, which is free. */
export async function checkConnection(client: RunwayClient, call: VendorCall): Promise<ConnectionReport> {
  const what = 'Asked Runway for the credits of this key';
  const timeoutMs = Math.min(call.timeoutMs ?? CHECK_TIMEOUT_MS, CHECK_TIMEOUT_MS);
  try {
    const credits = await client.credits({ ...call, timeoutMs });
    if (credits > 0)
      return {
        ok: true,
        checks: [{ what, ok: true, detail: `The key is accepted. ${credits} credits are left.` }],
      };
    const detail = 'The key is accepted, but no credits are left: videos will be refused. Buy some.';
    return { ok: false, checks: [{ what, ok: false, detail }] };
  } catch (thrown) {
    const { message, vendorMessage } = AppError.from(thrown);
    const detail = vendorMessage ? `${message} Runway said: ${vendorMessage}` : message;
    return { ok: false, checks: [{ what, ok: false, detail }] };
  }
}

/** The credits that are left, and beside them what was used. */
export async function readBalance(client: RunwayClient, call: VendorCall): Promise<BalanceReport> {
  const [credits, note] = await Promise.all([client.credits(call), usageNote(client, call)]);
  return {
    lines: [
      {
        ...{ name: 'API credits', remaining: `${credits}`, total: null, unit: 'runway_credit' },
        ...{ usable: credits > 0, expiresAt: null },
      },
    ],
    note,
  };
}

/** The balance is worth telling also where the usage cannot be had. */
async function usageNote(client: RunwayClient, call: VendorCall): Promise<string | null> {
  try {
    const used = [...(await client.usage(call))].filter(([, amount]) => amount !== 0);
    if (used.length === 0) return 'No credits were used in the last thirty days.';
    const words = used.map(([model, amount]) => `${amount} by ${model}`).join(', ');
    return `Credits used in the last thirty days: ${words}.`;
  } catch {
    return null;
  }
}
