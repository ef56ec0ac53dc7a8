import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A secret in a log. It is named and not shown: this text goes into a log too. */
export interface Leak {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

/** What secrets of ours look like, whoever made them. */
const SHAPES: readonly (readonly [what: string, shape: RegExp])[] = [
  ['an API key', /\bsl_[0-9a-f]{16}_[A-Za-z0-9_-]{43}/],
  ['a ticket', /\btk_[A-Za-z0-9_-]{20,}/],
  ['an invitation', /\bin_[A-Za-z0-9_-]{43}/],
  ['a signed token', /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/],
  ['a key of Stripe', /\b(sk|rk|whsec)_[A-Za-z0-9_]{10,}/],
  // Refresh tokens, tokens of mails, secrets of keys and signatures are all 32 bytes in base64url.
  [
    'a token or signature',
    /(?<![A-Za-z0-9_/+-])(?=[A-Za-z0-9_-]{0,42}[A-Z])(?=[A-Za-z0-9_-]{0,42}[a-z])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_/+=-])/,
  ],
  ['a signature in an address', /[?&](sig|signature|X-Amz-Signature|ticket|token|key)=[^&\s"\\[]{8,}/i],
  ['a password in an address', /\w:\/\/[^/\s:@"]+:[^/\s@"[]+@/],
  ['an Authorization header', /\b(Bearer|Basic) [A-Za-z0-9+/=._-]{16,}/],
];
/** Shorter texts are found by chance. */
const SHORTEST = 8;

/** Secrets in one line of a log: of a known shape, or one of these. */
export function leaksOf(line: string, secrets: ReadonlyMap<string, string>): string[] {
  const shaped = SHAPES.flatMap(([what, shape]) => (shape.test(line) ? [what] : []));
  const known = [...secrets].flatMap(([secret, what]) => (line.includes(secret) ? [what] : []));
  return [...new Set([...known, ...shaped])];
}

/** As a log may show it: as it is, in JSON, in an address, in base64. */
export function writingsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const all = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64];
  return [...new Set(all)].filter((text) => text.length >= SHORTEST);
}

const remembered = new Map<string, string>();

/** Tells of a secret that this test made: no log of a platform that it started may show it. `what` is how it is called there. */
export function rememberSecret(secret: string, what: string): string {
  for (const writing of writingsOf(secret)) remembered.set(writing, what);
  return secret;
}

/** Every leak in the logs of a folder, at most twenty of a file. Reads line by line. */
export async function findLeaks(
  folder: string,
  secrets: ReadonlyMap<string, string> = remembered,
): Promise<Leak[]> {
  const leaks: Leak[] = [];
  for (const file of await readdir(folder)) {
    let number = 0;
    const found: Leak[] = [];
    for await (const line of createInterface({ input: createReadStream(join(folder, file)) })) {
      number += 1;
      if (found.length < 20)
        found.push(...leaksOf(line, secrets).map((what) => ({ file, line: number, what })));
    }
    leaks.push(...found);
  }
  return leaks;
}
