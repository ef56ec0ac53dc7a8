/** One page of a list. `cursor` is the `next_cursor` of the page before. */
export interface PageOptions {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export function pageQuery({ limit, cursor }: PageOptions): Record<string, string | undefined> {
  return { limit: limit?.toString(), cursor };
}
