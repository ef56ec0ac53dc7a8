import { z } from 'zod';
import { migrate } from '@shotloom/database';
import { ledgerMigrations } from '@shotloom/ledger';
import { loadConfig } from '@shotloom/service-kit';
import { jobsMigrations } from './schema/migrations';

/** The migrate job of this service: applies what is missing and says what it did. Safe to run at any time. */
async function main(): Promise<void> {
  const { DATABASE_URL } = loadConfig(z.object({ DATABASE_URL: z.string().min(1) }));
  const applied = await migrate({ url: DATABASE_URL }, [ledgerMigrations, jobsMigrations]);
  const names = applied.map(({ schema, name }) => `${schema}/${name}`);
  console.log(names.length === 0 ? 'The schema is up to date.' : `Applied ${names.join(', ')}.`);
}

main().catch((error: unknown) => {
  console.error(`The migration failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
