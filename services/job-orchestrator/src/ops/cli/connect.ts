import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '@shotloom/kernel';
import { connectBus, type Bus } from '@shotloom/bus';
import { openDatabase, type Database } from '@shotloom/database';
import { createLogger } from '@shotloom/service-kit';
import { SCHEMA } from '../../schema/migrations';
import type { JobsSchema } from '../../schema/tables';

const CONNECT_MS = 10_000;
/** `check` reads the whole ledger in one statement. */
const STATEMENT_MS = 600_000;

const runtimeSchema = z.object({ databaseUrl: z.string(), natsUrl: z.string() });

export interface Addresses {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly natsUser?: string | undefined;
  readonly natsPassword?: string | undefined;
}

export interface Connections {
  readonly database: Database<JobsSchema>;
  readonly bus: Bus;
  close(): Promise<void>;
}

/**
 * `DATABASE_URL` and `NATS_URL`, or where they are not given, those of the platform that runs here: its `runtime.json` is
 * in `SHOTLOOM_DATA_DIR`, or in `.shotloom`. Throws one sentence that says what to do.
 */
export function findAddresses(env: NodeJS.ProcessEnv, folder: string): Addresses {
  const { DATABASE_URL: databaseUrl, NATS_URL: natsUrl } = env;
  const { NATS_USER: natsUser, NATS_PASSWORD: natsPassword } = env;
  if (databaseUrl && natsUrl) return { databaseUrl, natsUrl, natsUser, natsPassword };
  const file = join(env['SHOTLOOM_DATA_DIR'] || join(folder, '.shotloom'), 'runtime.json');
  try {
    const running = runtimeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { databaseUrl: databaseUrl || running.databaseUrl, natsUrl: natsUrl || running.natsUrl };
  } catch (error) {
    const message = `Nothing runs here (no usable ${file}): set DATABASE_URL and NATS_URL, or start the platform.`;
    throw new AppError('unavailable', message, { cause: error });
  }
}

/** Both, or neither. Waits ten seconds at most. Logs go to standard error, so that `--json` stays JSON. */
export async function connect(addresses: Addresses): Promise<Connections> {
  const { databaseUrl, natsUrl: url, natsUser: user, natsPassword: password } = addresses;
  const logger = createLogger({ service: 'ops', level: 'error', destination: process.stderr });
  const database = openDatabase<JobsSchema>({
    url: databaseUrl,
    applicationName: 'job-orchestrator-ops',
    poolSize: 2,
    statementTimeoutMs: STATEMENT_MS,
    outboxSchema: SCHEMA,
    logger,
  });
  try {
    await within(database.ping(), 'Postgres');
    const bus = await within(
      connectBus({
        ...{ url, name: 'ops', logger },
        ...(user ? { user } : {}),
        ...(password ? { password } : {}),
      }),
      'NATS',
    );
    return {
      database,
      bus,
      close: async () => {
        await bus.drain();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${what} did not answer within ${CONNECT_MS / 1000} s.`;
    timer = setTimeout(() => reject(new AppError('unavailable', message, { retryable: true })), CONNECT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
