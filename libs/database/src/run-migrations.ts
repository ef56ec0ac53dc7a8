import { setTimeout as delay } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { createLogger, loadConfig, type Logger } from '@shotloom/service-kit';
import { z } from 'zod';
import { migrate, pendingMigrations, withConnection } from './migrate';
import type { MigrationSet } from './migration-set';
import { advisoryLockClass } from './outbox-partition';
import { whenReachable } from './when-reachable';

export interface MigrationsOfService {
  /** The service's name. */
  readonly service: string;
  readonly sets: readonly MigrationSet[];
  /** What the service's own role may do, where it is another than the one that migrates. */
  readonly grant: (db: Kysely<unknown>, role: string) => Promise<void>;
}

const configSchema = z.object({
  DATABASE_URL: z.string().min(1),
  /** The role that the service connects as; it is given its rights after each migration. Not needed where it owns the schema. */
  DATABASE_SERVICE_ROLE: z.string().min(1).optional(),
  /** A server that is not there yet, or with `--wait` a schema that is not, is waited for this long. Seconds. */
  WAIT_SECONDS: z.coerce.number().positive().default(300),
});
type Config = z.infer<typeof configSchema>;

const PAUSE_MS = 1_000;

/**
 * The whole of a service's `migrate.ts`: brings its schemas up to date, gives its role its rights, and ends. Safe to run
 * from several places at once. With `--wait` it changes nothing and ends when somebody else has brought them up to date.
 * Ends with code 1 and one clear line where it could not.
 */
export async function runMigrations(service: MigrationsOfService, args = process.argv): Promise<void> {
  const logger = createLogger({ service: `${service.service}-migrate` });
  try {
    const config = loadConfig(configSchema);
    if (args.includes('--wait')) await untilApplied(config, service, logger);
    else await apply(config, service, logger);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.fatal({ err: error }, `could not migrate: ${reason}`);
    process.exitCode = 1;
  }
}

async function apply(config: Config, { sets, grant }: MigrationsOfService, logger: Logger): Promise<void> {
  const url = config.DATABASE_URL;
  const applied = await reaching(config, logger, () => migrate({ url }, sets));
  logger.info({ applied }, applied.length > 0 ? 'migrated' : 'nothing to migrate');
  const role = config.DATABASE_SERVICE_ROLE;
  if (role === undefined) return;
  await withConnection({ url }, (db) =>
    db.transaction().execute(async (trx) => {
      // Two services grant rights on the ledger, and Postgres refuses two who do so at once.
      const lock = advisoryLockClass('shotloom.grant');
      await sql`select pg_advisory_xact_lock(${lock}::int, 0)`.execute(trx);
      await grant(trx, role);
    }),
  );
  logger.info({ role }, 'the role of the service has its rights');
}

async function untilApplied(config: Config, service: MigrationsOfService, logger: Logger): Promise<void> {
  const until = performance.now() + config.WAIT_SECONDS * 1_000;
  for (;;) {
    const pending = await reaching(config, logger, () =>
      pendingMigrations({ url: config.DATABASE_URL }, service.sets).catch(rightsToCome),
    );
    if (pending.length === 0) return logger.info({}, 'the schema is up to date');
    if (performance.now() > until) throw new Error(`Nobody applied ${pending.join(', ')}.`);
    logger.info({ pending }, 'waiting for migrations');
    await delay(PAUSE_MS);
  }
}

const FORBIDDEN = '42501';

/** Between a migration and the rights that follow it, the role may not even read what was applied. */
function rightsToCome(error: unknown): string[] {
  if (error instanceof Error && 'code' in error && error.code === FORBIDDEN)
    return ['the rights of this role'];
  throw error;
}

function reaching<T>(config: Config, logger: Logger, work: () => Promise<T>): Promise<T> {
  const onWait = (code: string): void => logger.info({ code }, 'Postgres does not take us yet');
  return whenReachable(config.WAIT_SECONDS, onWait, work);
}
