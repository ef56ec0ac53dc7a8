import type { PreviousUpload, UrlStorage } from 'tus-js-client';
import { readJson, writeItem, writeJson } from '../storage';

/** Goes at sign-out with everything else of the person. */
const PREFIX = 'shotloom.upload.';
/** The server forgets an upload to which nothing comes for a day. */
const KEPT_MS = 24 * 3_600_000;

interface Kept {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' &&
  value !== null &&
  'url' in value &&
  typeof value.url === 'string' &&
  'at' in value &&
  typeof value.at === 'number';

/** What tells a file from others without reading it. */
export const fingerprintOf = ({ name, type, size, lastModified }: File): string =>
  [name, type, size, lastModified].join('|');

const read = (key: string): Kept | null =>
  readJson<Kept | null>(localStorage, key, (value): value is Kept | null => isKept(value), null);

/** Where a file was being sent to, if that is not too long ago. */
export function unfinishedUrl(file: File): string | null {
  return read(PREFIX + fingerprintOf(file))?.url ?? null;
}

/** Names of pictures or clips that go on where they were once they are chosen again, the newest first. */
export function unfinishedNames(kind: 'image' | 'video'): string[] {
  return ourKeys()
    .flatMap((key) => {
      const parts = key.slice(PREFIX.length).split('|');
      const [type, name] = [parts.at(-3), parts.slice(0, -3).join('|')];
      const kept = type?.startsWith(`${kind}/`) ? read(key) : null;
      return kept && isFresh(kept) ? [{ name, at: kept.at }] : [];
    })
    .sort((one, other) => other.at - one.at)
    .map(({ name }) => name);
}

export function forgetUnfinished(file: File): void {
  writeItem(localStorage, PREFIX + fingerprintOf(file), null);
}

function ourKeys(): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    // Storage is forbidden: nothing is kept.
    return [];
  }
}

const isFresh = ({ at }: Kept): boolean => Date.now() - at <= KEPT_MS;

/** Takes out what the server has forgotten, or what cannot be read. */
function sweep(): void {
  for (const key of ourKeys()) {
    const kept = read(key);
    if (kept === null || !isFresh(kept)) writeItem(localStorage, key, null);
  }
}

function found(key: string): PreviousUpload[] {
  const kept = read(key);
  if (kept === null) return [];
  const { url: uploadUrl, at } = kept;
  const creationTime = new Date(at).toISOString();
  return [
    { uploadUrl, creationTime, urlStorageKey: key, size: null, metadata: {}, parallelUploadUrls: null },
  ];
}

/** Where unfinished uploads go on, for a tus client: nothing but an address and a time, under the file's outward marks. */
export const unfinishedUploads: UrlStorage = {
  findAllUploads: () => Promise.resolve(ourKeys().flatMap(found)),
  findUploadsByFingerprint: (fingerprint) => {
    sweep();
    return Promise.resolve(found(PREFIX + fingerprint));
  },
  removeUpload: (key) => {
    writeItem(localStorage, key, null);
    return Promise.resolve();
  },
  addUpload: (fingerprint, { uploadUrl }) => {
    const key = PREFIX + fingerprint;
    if (uploadUrl !== null) writeJson(localStorage, key, { url: uploadUrl, at: Date.now() });
    return Promise.resolve(key);
  },
};
