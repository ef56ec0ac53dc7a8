import type { Clock } from '@shotloom/kernel';
import {
  jsonOfBytes,
  verifyStandardWebhook,
  type CallbackVerdict,
  type IncomingCallback,
} from '@shotloom/provider-kit';
import { readPrediction } from './outcome';

/**
 * Reads a callback, which is a prediction. Credential fields `webhookSecret` and, for a while after a change,
 * `previousWebhookSecret`. The vendor signs all of them: with a secret of ours, what carries no signature is refused; without one it is a
 * hint to ask.
 */
export function parseReplicateCallback(
  { rawBody, headers, credential }: IncomingCallback,
  clock: Clock,
): CallbackVerdict {
  const fields = credential?.fields ?? {};
  const secrets = [fields['webhookSecret'], fields['previousWebhookSecret']].filter(
    (secret): secret is string => secret !== undefined && secret !== '',
  );
  const checked = verifyStandardWebhook({ rawBody, headers, secrets, now: clock.now() });
  if (secrets.length > 0 && checked.kind !== 'valid') {
    return { kind: 'refused', reason: checked.kind === 'invalid' ? checked.reason : 'it is not signed' };
  }
  const view = readPrediction(jsonOfBytes(rawBody));
  if (view === null) return { kind: 'refused', reason: 'there is no prediction in it' };
  const { id: vendorTaskId, outcome } = view;
  if (checked.kind !== 'valid') return { kind: 'hint', vendorTaskId, externalTaskId: null };
  return { kind: 'verified', deliveryId: checked.id, vendorTaskId, externalTaskId: null, outcome };
}
