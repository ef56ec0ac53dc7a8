import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * A vendor gives no proof of who it is when it calls back, or each gives another one. So every address that we hand out
 * carries its own: an HMAC-SHA256 over provider and attempt, 43 characters of base64url. It says that we made the address, and
 * nothing of the body.
 */
export function signCallback(secret: string, provider: string, attemptId: string): string {
  return createHmac('sha256', secret).update(`${provider}.${attemptId}`).digest('base64url');
}

/** Whether `signCallback` made the signature. As quick for a good one as for a bad one. */
export function verifyCallback(
  secret: string,
  provider: string,
  attemptId: string,
  signature: string,
): boolean {
  const expected = Buffer.from(signCallback(secret, provider, attemptId));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Where a vendor may call back about one attempt. `publicUrl` is the gateway's, with or without a path. */
export function callbackUrl(publicUrl: string, secret: string, provider: string, attemptId: string): string {
  const url = new URL(`${publicUrl.replace(/\/+$/, '')}/webhooks/${encodeURIComponent(provider)}`);
  url.searchParams.set('attempt', attemptId);
  url.searchParams.set('sig', signCallback(secret, provider, attemptId));
  return url.href;
}
