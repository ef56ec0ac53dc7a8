/** `Retry-After` is seconds or a date. Undefined where it is absent or neither; never more than `mostMs`. Milliseconds. */
export function retryAfterMs(text: string | undefined, mostMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), mostMs) : undefined;
}
