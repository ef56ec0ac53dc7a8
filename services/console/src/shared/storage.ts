/** Reads a string; null where there is none or storage is forbidden. */
export function readItem(storage: Storage, key: string): string | null {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}

/** Writes a string, or removes it with null. What cannot be kept (full, forbidden) is simply not kept. */
export function writeItem(storage: Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, value);
  } catch {
    // Nothing depends on it: it only saves work after a reload.
  }
}

/** What is the browser's own and says nothing about a person. */
const PREFERENCES = new Set(['shotloom.theme', 'shotloom.language']);

/** Removes everything of ours but the preferences. */
export function clearPrivate(): void {
  for (const storage of [sessionStorage, localStorage]) {
    for (const key of Object.keys(storage)) {
      if (key.startsWith('shotloom.') && !PREFERENCES.has(key)) writeItem(storage, key, null);
    }
  }
}

/** What was kept as JSON, checked by `accepts`; the fallback otherwise. */
export function readJson<T>(
  storage: Storage,
  key: string,
  accepts: (value: unknown) => value is T,
  fallback: T,
): T {
  const text = readItem(storage, key);
  if (text === null) return fallback;
  try {
    const value: unknown = JSON.parse(text);
    return accepts(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

export function writeJson(storage: Storage, key: string, value: unknown): void {
  writeItem(storage, key, JSON.stringify(value));
}
