import { z } from 'zod';
import { openDatabase, type Database } from '@shotloom/database';
import { ConfigError, createLogger, loadConfig } from '@shotloom/service-kit';
import type { KeyRing } from './key-ring';
import { keyRing, sealingKeysSchema } from './sealing-keys';

/** Runs a batch again and again until it finds nothing to seal. Answers how many were sealed anew. */
export async function resealAll(batch: () => Promise<number>): Promise<number> {
  let sealedAnew = 0;
  for (;;) {
    const count = await batch();
    if (count === 0) return sealedAnew;
    sealedAnew += count;
  }
}

export interface ResealOptions<S> {
  /** What the process is called in its log and in Postgres. */
  readonly name: string;
  /** What is sealed, for the log: `credential`, say. */
  readonly what: string;
  readonly reseal: (database: Database<S>, keys: KeyRing) => Promise<number>;
}

/**
 * The whole of an entry point that seals everything of a service with `CREDENTIALS_KEY`. It is run when every replica knows that key;
 * afterwards the old ones may go. May be run again. Ends the process with 1 where it could not.
 */
export async function runReseal<S>({ name, what, reseal }: ResealOptions<S>): Promise<void> {
  const logger = createLogger({ service: name });
  try {
    const config = loadConfig(z.object({ DATABASE_URL: z.string().min(1) }).and(sealingKeysSchema));
    const keys = keyRing(config);
    if (!keys) throw new ConfigError(['CREDENTIALS_KEY: is needed']);
    const database = openDatabase<S>({
      url: config.DATABASE_URL,
      applicationName: name,
      poolSize: 1,
      logger,
    });
    try {
      const sealed = await reseal(database, keys);
      logger.info({ sealed, keyId: keys.current.id }, `every ${what} is sealed with the newest key`);
    } finally {
      await database.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.fatal({ err: error }, `could not rotate: ${reason}`);
    process.exitCode = 1;
  }
}
