/** What each provider calls the parts of its key, with the part that is always needed first. See the README of its service. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  hailuo: ['apiKey', 'groupId'],
  kling: ['apiKey', 'accessKey', 'secretKey', 'webhookSecret'],
  replicate: ['apiToken', 'webhookSecret'],
  runway: ['apiKey'],
  sora: ['apiKey'],
};

/** The fields to show: those that the provider knows, and whatever is kept besides. */
export function keyFieldsOf(provider: string, kept: readonly string[]): readonly string[] {
  return [...new Set([...(FIELDS[provider] ?? ['apiKey']), ...kept])];
}

/** What is sent: what was typed, and the mask of what stays. Null where nothing was typed. */
export function changedFields(
  typed: Readonly<Record<string, string>>,
  kept: Readonly<Record<string, string>>,
): Record<string, string> | null {
  const entries = Object.entries(typed).filter(([, value]) => value.trim() !== '');
  if (entries.length === 0) return null;
  return { ...kept, ...Object.fromEntries(entries.map(([name, value]) => [name, value.trim()])) };
}
