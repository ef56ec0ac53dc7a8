import { AppError } from '@shotloom/kernel';

/** What everybody would try first. Length is asked for by the contract. Throws `invalid_input` with the field. */
export function refuseWeakPassword(field: string, password: string, email: string): void {
  const plain = password.toLowerCase();
  const address = email.toLowerCase();
  const isAddress = plain === address || plain === address.split('@', 1)[0];
  const isSequence = /^(0123456789|1234567890|abcdefghij|qwertyuiop|password|asdfghjkl)/.test(plain);
  if (!isAddress && new Set(plain).size > 3 && !(isSequence && plain.length < 14)) return;
  const reason = 'This password is easily guessed: choose one that is longer or less usual.';
  throw new AppError('invalid_input', reason, { fields: [{ field, reason }] });
}
