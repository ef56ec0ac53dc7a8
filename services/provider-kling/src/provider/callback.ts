import type { Clock } from '@shotloom/kernel';
import {
  jsonOfBytes,
  verifyStandardWebhook,
  type CallbackVerdict,
  type IncomingCallback,
} from '@shotloom/provider-kit';
import { readTask } from './outcome-mapping';

/**
 * Reads a callback of either generation. Credential fields `webhookSecret` and, for a week after a change, `previousWebhookSecret`.
 * Without a signature, or without a secret of ours to check it, it is only a hint: the old generation may not sign at all.
 */
export function parseKlingCallback(callback: IncomingCallback, clock: Clock): CallbackVerdict {
  const { rawBody, headers, credential } = callback;
  const fields = credential?.fields ?? {};
  const secrets = [fields['webhookSecret'], fields['previousWebhookSecret']].filter(
    (secret): secret is string => secret !== undefined && secret !== '',
  );
  const checked = verifyStandardWebhook({ rawBody, headers, secrets, now: clock.now() });
  if (checked.kind === 'invalid' && secrets.length > 0) return { kind: 'refused', reason: checked.reason };
  const task = readTask(jsonOfBytes(rawBody));
  if (task === null) return { kind: 'refused', reason: 'there is no task id in it' };
  const { vendorTaskId, externalTaskId, outcome } = task;
  if (checked.kind !== 'valid') return { kind: 'hint', vendorTaskId, externalTaskId };
  return { kind: 'verified', deliveryId: checked.id, vendorTaskId, externalTaskId, outcome };
}
