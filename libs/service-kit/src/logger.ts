import { pino, stdSerializers, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { CENSOR, redactSecrets, SECRET_KEYS } from './redact-secrets';

export type Logger = PinoLogger;

/** What a child logger is bound to; all else goes through `redactSecrets`. One level only: wildcards cost more than the whole line. */
const BOUND_PATHS = SECRET_KEYS.map((key) => `["${key}"]`);

/** JSON lines on stdout with the service's name; secrets are replaced by `[redacted]`. */
export function createLogger(options: {
  service: string;
  level?: string | undefined;
  destination?: DestinationStream;
}): Logger {
  const settings = {
    level: options.level ?? 'info',
    base: { service: options.service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: toSafeLine,
    },
    // Done already, before the secrets were looked for.
    serializers: { err: (error: unknown) => error },
    redact: { paths: BOUND_PATHS, censor: CENSOR },
    hooks: { streamWrite: escapeControls },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}

/** DEL, the C1 controls, line and paragraph separators, and what turns the direction of text around. */
const OBEYED = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** JSON escapes only what is below a space; a terminal that shows a log obeys more than that. The line means the same afterwards. */
function escapeControls(line: string): string {
  return line.replace(OBEYED, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A line that cannot be read (a getter that throws, say) is no reason to fail whoever writes it, nor to show what it holds. */
function toSafeLine(line: Record<string, unknown>): Record<string, unknown> {
  try {
    return redactSecrets(withReadableError(line));
  } catch {
    return { unreadable: Object.keys(line) };
  }
}

/** An error tells its type, message and stack only through pino's serializer. */
function withReadableError(line: Record<string, unknown>): Record<string, unknown> {
  const { err } = line;
  return err instanceof Error ? { ...line, err: stdSerializers.err(err) } : line;
}
