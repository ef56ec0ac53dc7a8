import { ShotloomError } from './errors';

/** What is sent to a webhook. `data.sequence` grows with each change of a job: of two events of one job the higher is the newer. */
export interface WebhookEvent {
  readonly type: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: { readonly sequence: number } & Readonly<Record<string, unknown>>;
}

export interface VerifyOptions {
  /** The body exactly as it came, before anything parsed it. */
  readonly body: string;
  /** As `fetch` or Node give them. */
  readonly headers: Headers | Readonly<Record<string, string | string[] | undefined>>;
  /** `whsec_...`; while one is being changed, both. */
  readonly secret: string | readonly string[];
  /** How far the sender's clock and a call that was recorded may be away. Seconds, 300 unless told. */
  readonly toleranceSeconds?: number;
  /** Milliseconds; for tests. */
  readonly now?: number;
}

const TOLERANCE_SECONDS = 300;
const PREFIX = 'whsec_';

/**
 * The event of a call to a webhook, once its signature is verified as Standard Webhooks says. Needs Web Crypto: Node and browsers have it. Throws
 * a `ShotloomError` with the code `unauthorized`: answer 401 then, and do nothing else. Calls may come twice: remember `webhook-id`.
 */
export async function verifyWebhook(options: VerifyOptions): Promise<WebhookEvent> {
  const { body, secret, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() } = options;
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    headerOf(options.headers, `webhook-${name}`),
  );
  if (!id || !timestamp || !signatures) throw refused('A header of Standard Webhooks is missing.');
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : NaN;
  if (!(Math.abs(now / 1_000 - seconds) <= toleranceSeconds))
    throw refused('The call is too old, or too new.');
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const given = signatures.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []));
  for (const each of typeof secret === 'string' ? [secret] : secret) {
    if (await matches(each, given, signed)) return JSON.parse(body) as WebhookEvent;
  }
  throw refused('The signature does not fit.');
}

/** The platform compares, so that the time it takes says nothing of how much was right. */
async function matches(
  secret: string,
  given: readonly string[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const bytes = fromBase64(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  if (!bytes || bytes.length === 0) throw new TypeError('This is no secret of a webhook.');
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await subtle.importKey('raw', bytes, hmac, false, ['verify']);
  for (const text of given) {
    const signature = fromBase64(text);
    if (signature && (await subtle.verify('HMAC', key, signature, signed))) return true;
  }
  return false;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function headerOf(headers: VerifyOptions['headers'], name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : found?.[0];
}

const refused = (message: string): ShotloomError =>
  new ShotloomError('unauthorized', message, { status: 401 });
