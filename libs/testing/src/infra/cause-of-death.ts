import { readFile } from 'node:fs/promises';

/** The one line of a log that says best why a process ended: its last fatal or error entry, else its last error text. */
export async function causeOfDeath(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-200).reverse();
  const entry = lines.map(parseEntry).find((found) => found !== undefined);
  const thrown = lines.find((line) => /^(\w*Error|FATAL|panic)\b.*:/.test(line));
  return entry ?? thrown ?? lines[0] ?? 'it wrote nothing';
}

/** The message of a JSON log line at level error or fatal. */
function parseEntry(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    return (level === 'fatal' || level === 'error') && typeof msg === 'string' ? msg : undefined;
  } catch {
    return undefined;
  }
}
