/** What the server that delivers these files says about where the API is. Empty: the page's own origin. */
export interface ConsoleConfig {
  readonly apiBaseUrl: string;
}

/** Reads `/config.json`. A missing or broken file means the page's own origin: the usual case. */
export async function loadConfig(): Promise<ConsoleConfig> {
  try {
    const response = await fetch('/config.json', { cache: 'no-store' });
    const value: unknown = await response.json();
    if (
      typeof value === 'object' &&
      value !== null &&
      'apiBaseUrl' in value &&
      typeof value.apiBaseUrl === 'string'
    ) {
      return { apiBaseUrl: value.apiBaseUrl };
    }
  } catch {
    // Served without a configuration.
  }
  return { apiBaseUrl: '' };
}
