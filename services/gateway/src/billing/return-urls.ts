import { AppError } from '@shotloom/kernel';

/**
 * Where Stripe sends the customer afterwards: a page of ours and of nobody else. `given` may be a path or a whole address; both are read as a
 * browser reads them before their origin is compared. Throws `AppError('invalid_input')`.
 */
export function returnUrl(
  field: string,
  given: string | undefined,
  fallback: string,
  publicUrl: string,
): URL {
  const ours = new URL(publicUrl);
  let url: URL;
  try {
    url = new URL(given ?? fallback, `${publicUrl}/`);
  } catch {
    throw notOurs(field, ours.origin);
  }
  const isOurs = url.origin === ours.origin && url.username === '' && url.password === '';
  if (!isOurs) throw notOurs(field, ours.origin);
  return url;
}

function notOurs(field: string, origin: string): AppError {
  const reason = `Must be a path, or an address that starts with ${origin}/.`;
  return new AppError('invalid_input', `${field}: ${reason}`, { fields: [{ field, reason }] });
}
