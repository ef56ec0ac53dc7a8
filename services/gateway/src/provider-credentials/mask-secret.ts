/** A shorter secret shows nothing of itself: its last four characters would be too much of it. */
const SHOWN_FROM = 16;
const MASK = '****';

/** A secret as it may be shown, so that people can tell keys apart: `sk-****x4KR`. */
export function maskSecret(secret: string): string {
  if (secret.length < SHOWN_FROM) return MASK;
  const [prefix = ''] = /^[A-Za-z]{1,4}[-_]/.exec(secret) ?? [];
  return `${prefix}${MASK}${secret.slice(-4)}`;
}
