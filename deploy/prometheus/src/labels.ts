/** Names of labels, in no order. */
export type Labels = ReadonlySet<string>;
export type Value = Labels | 'scalar' | 'unknown';

/** Those that are asked for and not there. */
export function missing(labels: Labels, asked: readonly string[]): string[] {
  return asked.filter((label) => !labels.has(label));
}

export function sameLabels(one: Labels, other: Labels): boolean {
  return one.size === other.size && missing(one, [...other]).length === 0;
}

/** Labels that a text fills in, `{{provider}}` in a legend or `{{ $labels.provider }}` in an alert, and that the answer does not have. */
export function unfilled(text: string, result: Value): string[] {
  if (result === 'unknown') return [];
  const asked = [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}/g)].map(([, label = '']) => label);
  return missing(result === 'scalar' ? new Set() : result, asked);
}
