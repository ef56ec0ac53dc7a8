import { AppError } from '@shotloom/kernel';
import { maskSecret } from './mask-secret';
import type { SecretFields } from './sealed-fields';

/** Secrets as they may be shown, by their names. */
export function maskFields(fields: SecretFields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, secret]) => [name, maskSecret(secret)]));
}

/**
 * What is kept when somebody saves a form: a value that still looks as it was shown is the secret that is there. Throws
 * `invalid_input` for a mask of nothing, which would be kept as if it were a key.
 */
export function unmaskFields(given: SecretFields, present: SecretFields | null): SecretFields {
  const entries = Object.entries(given).map(([name, value]): [string, string] => {
    const secret = present && Object.hasOwn(present, name) ? present[name] : undefined;
    if (secret !== undefined && value === maskSecret(secret)) return [name, secret];
    if (!value.includes('****')) return [name, value];
    const field = `fields.${name}`;
    const reason = 'This is a masked value of another secret: give the whole secret.';
    throw new AppError('invalid_input', `${field}: ${reason}`, { fields: [{ field, reason }] });
  });
  return Object.fromEntries(entries);
}
