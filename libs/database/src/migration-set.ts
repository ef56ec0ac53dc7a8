import type { Kysely } from 'kysely';

/** One step forward. There is no way back: a wrong step is mended by the next one (expand, backfill, contract). */
export interface Migration {
  up(db: Kysely<unknown>): Promise<void>;
}

/** All steps of one schema, by name (`0001-create-jobs`); names are applied in alphabetical order. */
export interface MigrationSet {
  readonly schema: string;
  readonly migrations: Readonly<Record<string, Migration>>;
}

export interface AppliedMigration {
  readonly schema: string;
  readonly name: string;
}
