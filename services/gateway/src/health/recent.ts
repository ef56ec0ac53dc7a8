/**
 * Answers with what `make` said last, for `forMs` milliseconds, and lets those who ask at the same moment wait for the one
 * run: however many ask, `make` runs once in that time. A failure is kept by nobody.
 */
export function recent<T>(
  make: () => Promise<T>,
  forMs: number,
  now = () => performance.now(),
): () => Promise<T> {
  let kept: { readonly value: Promise<T>; readonly until: number } | undefined;
  return () => {
    if (kept && now() < kept.until) return kept.value;
    const value = make();
    // While it runs it is recent, however long that takes.
    kept = { value, until: Infinity };
    value.then(
      () => (kept = { value, until: now() + forMs }),
      () => (kept = undefined),
    );
    return value;
  };
}
