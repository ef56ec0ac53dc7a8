import { AppError } from '@shotloom/kernel';

/**
 * An address that a user gives for a vendor: one of those that the operator has listed, whole, since workers send secrets there from
 * inside of our network. Throws `invalid_input` for any other.
 */
export function checkBaseUrl(given: string | null, allowed: readonly string[]): string | null {
  if (given === null) return null;
  const wanted = normal(given);
  if (wanted !== undefined && allowed.some((one) => normal(one) === wanted)) return wanted;
  const list = allowed.length === 0 ? 'none is allowed here' : `allowed are ${allowed.join(', ')}`;
  const reason = `This address may not be used; ${list}.`;
  throw new AppError('invalid_input', `base_url: ${reason}`, { fields: [{ field: 'base_url', reason }] });
}

/** Undefined for what is more than a place: with a user, a query or a fragment in it. */
function normal(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  if (protocol !== 'https:' || `${username}${password}${search}${hash}` !== '') return undefined;
  return `${origin}${pathname}`.replace(/\/+$/, '');
}
