import { MODELS } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { ConnectionCheck, ConnectionReport, VendorCall } from '@shotloom/provider-kit';
import type { LovartClient } from './client';
import { PROVIDER } from './errors';
import { toolName } from './models';

/** A person waits for both calls. Milliseconds. */
const CHECK_TIMEOUT_MS = 4_000;

/** Asks for the mode of the account and for today's tools, which is free. */
export async function checkConnection(client: LovartClient, call: VendorCall): Promise<ConnectionReport> {
  const timeoutMs = Math.min(call.timeoutMs ?? CHECK_TIMEOUT_MS, CHECK_TIMEOUT_MS);
  const quick = { ...call, timeoutMs };
  const checks = [
    await check("Asked Lovart for today's tools", async () => toolsInWords(await client.tools(quick))),
    await check('Asked Lovart for the mode of this account', async () =>
      (await client.isUnlimited(quick))
        ? 'The key is accepted. The account is unlimited: videos wait in the queue and take no credits.'
        : 'The key is accepted. The account is fast: videos take credits.',
    ),
  ];
  return { ok: checks.every(({ ok }) => ok), checks };
}

function toolsInWords(tools: ReadonlySet<string>): string {
  const missing = MODELS.filter(({ id, provider }) => provider === PROVIDER && !tools.has(toolName(id)));
  if (missing.length === 0) return 'All tools that are sold here are there.';
  return `Not there today, and refused until they are: ${missing.map(({ id }) => id).join(', ')}.`;
}

async function check(what: string, ask: () => Promise<string>): Promise<ConnectionCheck> {
  try {
    return { what, ok: true, detail: await ask() };
  } catch (thrown) {
    const { message, vendorMessage } = AppError.from(thrown);
    return { what, ok: false, detail: vendorMessage ? `${message} Lovart said: ${vendorMessage}` : message };
  }
}
