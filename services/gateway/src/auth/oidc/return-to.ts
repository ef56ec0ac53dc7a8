import { AppError } from '@shotloom/kernel';

/**
 * Where the browser goes after a sign-in: a path of ours, or an address at an origin that the operator named. Everything that a browser could
 * read as another place (`//host`, `/\host`, a scheme, control characters) is refused. Throws `invalid_input`.
 */
export function readReturnTo(
  wanted: string | undefined,
  ownOrigin: string,
  otherOrigins: readonly string[],
): string {
  if (wanted === undefined) return '/';
  const isClean = wanted.length <= 1_000 && !/[\\\p{Cc}\s]/u.test(wanted);
  if (isClean && /^\/(?!\/)/.test(wanted) && new URL(wanted, ownOrigin).origin === ownOrigin) {
    const { pathname, search, hash } = new URL(wanted, ownOrigin);
    // Dots may leave two slashes at the front.
    if (!pathname.startsWith('//')) return `${pathname}${search}${hash}`;
  }
  if (isClean && URL.canParse(wanted)) {
    const { origin, href, protocol, username, password } = new URL(wanted);
    const isPlain = /^https?:$/.test(protocol) && username === '' && password === '';
    if (isPlain && (origin === ownOrigin || otherOrigins.includes(origin))) return href;
  }
  const reason =
    'Must be a path of this installation that begins with one slash, or at an origin that the operator named.';
  throw new AppError('invalid_input', reason, { fields: [{ field: 'return_to', reason }] });
}
