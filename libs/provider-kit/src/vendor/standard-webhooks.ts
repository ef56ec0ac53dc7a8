import { isUtf8 } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** Seconds between the sender's clock and ours, both ways. */
const TOLERANCE_SECONDS = 300;

export interface StandardWebhook {
  readonly rawBody: Uint8Array;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The present secret (`whsec_...`), and an older one while the sender still may use it. */
  readonly secrets: readonly string[];
  readonly now: Date;
}

export type StandardWebhookVerdict =
  /** `id` is the sender's id of this delivery; it is the same when it is sent again. */
  | { readonly kind: 'valid'; readonly id: string }
  /** It carries no signature at all. */
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * Checks the signature of Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), before anything is parsed.
 * The package signs, and we compare: its own `verify` reads the machine's clock, where ours is the service's.
 */
export function verifyStandardWebhook({
  rawBody,
  headers,
  secrets,
  now,
}: StandardWebhook): StandardWebhookVerdict {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const given = headers['webhook-signature'];
  if (id === undefined && timestamp === undefined && given === undefined) return { kind: 'unsigned' };
  if (!id || !timestamp || !given) return invalid('a signature header is missing');
  if (!/^\d{1,12}$/.test(timestamp)) return invalid('the timestamp is no number of seconds');
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    return invalid(`the timestamp is more than ${TOLERANCE_SECONDS} s from now`);
  }
  // The package signs text: bytes that are none would change on the way into it.
  if (!isUtf8(rawBody)) return invalid('the body is not UTF-8');
  const signatures = given.split(' ');
  const sentAt = new Date(Number(timestamp) * 1000);
  for (const secret of secrets) {
    const expected = keyOf(secret)?.sign(id, sentAt, Buffer.from(rawBody));
    if (expected === undefined) return invalid('our webhook secret is no base64: enter it again');
    if (signatures.some((signature) => sameText(signature, expected))) return { kind: 'valid', id };
  }
  return invalid('no signature matches');
}

function keyOf(secret: string): Webhook | undefined {
  try {
    return new Webhook(secret);
  } catch {
    return undefined;
  }
}

function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

const invalid = (reason: string): StandardWebhookVerdict => ({ kind: 'invalid', reason });
