import { createLogger, type Logger } from '@shotloom/service-kit';

/** A real logger that writes nothing. */
export function silentLogger(): Logger {
  const logger = createLogger({ service: 'test' });
  logger.level = 'silent';
  return logger;
}
