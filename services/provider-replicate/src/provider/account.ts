import { AppError } from '@shotloom/kernel';
import type { ConnectionCheck, ConnectionReport, VendorCall } from '@shotloom/provider-kit';
import type { ReplicateClient } from './client';

/** Both checks together stay under the ten seconds that a person waits. */
const CHECK_TIMEOUT_MS = 4_500;

/** Checks a credential with two calls that are free: whose token it is, and whether callbacks will be believed. */
export async function checkConnection(client: ReplicateClient, call: VendorCall): Promise<ConnectionReport> {
  const quick = { ...call, timeoutMs: Math.min(call.timeoutMs ?? CHECK_TIMEOUT_MS, CHECK_TIMEOUT_MS) };
  const access = await check('Asked Replicate whose token this is', async () => {
    const { username } = await client.account(quick);
    return `The token is accepted. It is of ${username}.`;
  });
  if (!access.ok) return { ok: false, checks: [access] };
  const signing = await check('Compared the secret that signs callbacks', async () => {
    const { webhookSecret = '', previousWebhookSecret = '' } = call.credential.fields;
    const secret = await client.webhookSecret(quick);
    if (webhookSecret === '') return 'No webhookSecret is given: callbacks are only a reason to ask.';
    if ([webhookSecret, previousWebhookSecret].includes(secret)) return 'It is the one of this account.';
    throw new Error('It is not the one of this account: its callbacks would be refused. Copy it again.');
  });
  return { ok: signing.ok, checks: [access, signing] };
}

async function check(what: string, work: () => Promise<string>): Promise<ConnectionCheck> {
  try {
    return { what, ok: true, detail: await work() };
  } catch (error) {
    const { message, vendorMessage } = AppError.from(error);
    const detail = vendorMessage ? `${message} Replicate said: ${vendorMessage}` : message;
    return { what, ok: false, detail };
  }
}
