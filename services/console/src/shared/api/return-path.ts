/** Rooms that lead in: whoever is signed in has nothing to do there. */
const WAYS_IN = /^\/(sign-in|connect)(\/|$|\?|#)/;
export const HOME = '/create';

/**
 * Where to go after a sign-in: a path of this origin, or home. Whatever a browser could read as another place (`//host`, `/\host`, a scheme,
 * control characters) is not followed: the address may come from anybody.
 */
export function safeReturnPath(wanted: string | null | undefined): string {
  if (!wanted || wanted.length > 1_000 || /[\\\p{Cc}\s]/u.test(wanted)) return HOME;
  if (!/^\/(?!\/)/.test(wanted)) return HOME;
  const base = 'https://here.invalid';
  if (!URL.canParse(wanted, base)) return HOME;
  const { origin, pathname, search, hash } = new URL(wanted, base);
  // Dots may leave two slashes at the front.
  if (origin !== base || pathname.startsWith('//')) return HOME;
  const path = `${pathname}${search}${hash}`;
  return path === '/' || WAYS_IN.test(path) ? HOME : path;
}

/** The address of a way in that leads back to `path`. */
export function wayIn(room: '/sign-in' | '/sign-in/register' | '/connect', path: string): string {
  const wanted = safeReturnPath(path);
  return wanted === HOME ? room : `${room}?${new URLSearchParams({ return_to: wanted }).toString()}`;
}
