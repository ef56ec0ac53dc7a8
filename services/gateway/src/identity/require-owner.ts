import type { Principal } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';

/**
 * For what opens more than a key was meant to: other keys, sessions, the password. The person themselves, signed in, or a key that they
 * gave the scope `admin`, which only people with power over the platform can. Throws `forbidden`.
 */
export function requireOwner(principal: Principal): void {
  if (principal.method === 'session') return;
  const isPowerful = principal.scopes.includes('admin') && principal.role !== 'user';
  if (principal.method === 'api_key' && isPowerful) return;
  throw new AppError(
    'forbidden',
    'An API key may not do this: sign in, or use a key that has the scope admin.',
  );
}
