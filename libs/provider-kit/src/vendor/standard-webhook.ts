import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds between the sender's clock and ours. */
const TOLERANCE_SECONDS = 300;
const SECRET_PREFIX = 'whsec_';

export interface StandardWebhook {
  readonly rawBody: Uint8Array;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The present secret, and an older one while the sender still may use it. */
  readonly secrets: readonly string[];
  readonly now: Date;
}

export type StandardWebhookVerdict =
  | { readonly kind: 'valid'; readonly id: string }
  /** It carries no signature at all. */
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Checks the signature of Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), before anything is parsed. */
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
  const signatures = given.split(' ').flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []));
  for (const secret of secrets) {
    const expected = signStandardWebhook(secret, id, timestamp, rawBody);
    if (signatures.some((signature) => sameText(signature, expected))) return { kind: 'valid', id };
  }
  return invalid('no signature matches');
}

/** The base64 signature over `id.timestamp.body`, without its `v1,`. */
export function signStandardWebhook(
  secret: string,
  id: string,
  timestamp: string,
  rawBody: Uint8Array,
): string {
  const bare = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
  const hmac = createHmac('sha256', Buffer.from(bare, 'base64'));
  return hmac.update(`${id}.${timestamp}.`).update(rawBody).digest('base64');
}

function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

const invalid = (reason: string): StandardWebhookVerdict => ({ kind: 'invalid', reason });
