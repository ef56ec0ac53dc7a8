const MAX_LENGTH = 200;

/** The base name of what a client called its file, for people to see; null where nothing is left of it. */
export function cleanFileName(given: string | undefined): string | null {
  const base = (given ?? '').split(/[/\\]/).at(-1) ?? '';
  // Control characters, and those that turn the direction of text around, which would make a name lie about its ending.
  const clean = base
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim()
    .replace(/^\.+$/, '');
  return clean === '' ? null : [...clean].slice(0, MAX_LENGTH).join('');
}
