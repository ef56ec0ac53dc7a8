import type { Logger } from '@shotloom/service-kit';

/** One scrape asks every gauge; those that read the same share the answer for so long. */
const SHARED_MS = 1_000;

/** Undefined where it could not be read: a scrape must not fail for it. */
export function shared<T>(read: () => Promise<T>, logger: Logger): () => Promise<T | undefined> {
  let last: { readonly at: number; readonly value: Promise<T | undefined> } | undefined;
  return () => {
    const now = Date.now();
    if (last && now - last.at < SHARED_MS) return last.value;
    const value = read().catch((error: unknown) => {
      logger.warn({ err: error }, 'what operators watch could not be read for metrics');
      return undefined;
    });
    last = { at: now, value };
    return value;
  };
}
