import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** Paths that may hold a secret. Redacted at every depth that our log objects have; a spec proves it. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'ticket',
  'apiKey',
  'api_key',
  'x-api-key',
  'signingSecret',
  'databaseUrl',
];
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => {
  const step = `["${key}"]`;
  return [step, `*${step}`, `*.*${step}`, `*.*.*${step}`];
});

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
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}
