import { AppError } from '@shotloom/kernel';
import type { BalanceReport, ConnectionCheck, ConnectionReport, VendorCall } from '@shotloom/provider-kit';
import { authOf } from './auth';
import type { KlingClient } from './client';

/** Both checks together stay under the ten seconds that a person waits. */
const CHECK_TIMEOUT_MS = 4_500;

/** Checks a credential with two calls that are free: one that needs the key, one that reads what is left. */
export async function checkConnection(client: KlingClient, call: VendorCall): Promise<ConnectionReport> {
  const quick = { ...call, timeoutMs: Math.min(call.timeoutMs ?? CHECK_TIMEOUT_MS, CHECK_TIMEOUT_MS) };
  const access = await check('Asked Kling for tasks with this key', async () => {
    if (authOf(call.credential).kind === 'apiKey') {
      await client.tasksByExternalId(['shotloom-connection-test'], quick);
      return 'The API key is accepted. All models can be used.';
    }
    await client.legacyList('text2video', quick, 1);
    return 'The key pair is accepted. Newer models need an API key instead.';
  });
  if (!access.ok) return { ok: false, checks: [access] };
  const balance = await check('Read the resource packs', async () => {
    const usable = (await readBalance(client, quick)).lines.filter((line) => line.usable);
    if (usable.length === 0) throw new Error('There is no usable resource pack: videos will be refused.');
    return usable.map((line) => `${line.name}: ${line.remaining} units left`).join('; ');
  });
  return { ok: true, checks: [access, balance] };
}

/** The resource packs of the account, in the vendor's units. */
export async function readBalance(client: KlingClient, call: VendorCall): Promise<BalanceReport> {
  const { resource_pack_subscribe_infos: packs } = await client.costs(call);
  return {
    lines: packs.map((pack) => ({
      name: pack.resource_pack_name,
      remaining: `${pack.remaining_quantity}`,
      total: typeof pack.total_quantity === 'number' ? `${pack.total_quantity}` : null,
      unit: 'kling_unit',
      usable: (pack.status ?? 'online') === 'online' && pack.remaining_quantity > 0,
      expiresAt: typeof pack.invalid_time === 'number' ? new Date(pack.invalid_time) : null,
    })),
    note: 'Kling updates these numbers up to twelve hours late.',
  };
}

async function check(what: string, work: () => Promise<string>): Promise<ConnectionCheck> {
  try {
    return { what, ok: true, detail: await work() };
  } catch (error) {
    const { message, vendorMessage } = AppError.from(error);
    return { what, ok: false, detail: vendorMessage ? `${message} Kling said: ${vendorMessage}` : message };
  }
}
