/** Shorter values would cut ordinary words out of messages. */
const SHORTEST_SECRET = 4;
const CUT = '[secret]';

/** Cuts secrets, also URL-encoded ones, and bearer tokens out of a text that goes into an error or a log. */
export function redact(text: string, secrets: Iterable<string>): string {
  let clean = text;
  const longestFirst = [...secrets].filter((secret) => secret.length >= SHORTEST_SECRET);
  longestFirst.sort((a, b) => b.length - a.length);
  for (const secret of longestFirst) {
    clean = clean.replaceAll(secret, CUT).replaceAll(encodeURIComponent(secret), CUT);
  }
  return clean.replace(/\bBearer\s+[\w.~+/=-]+/gi, `Bearer ${CUT}`);
}
