import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/** What the operator says of models, over what the release says. Rows are never changed: of each model the newest that is valid counts. */
export const createCatalogueMigration: Migration = {
  async up(db) {
    await sql`
      create table identity.model_overrides (
        id uuid primary key,
        model text not null check (char_length(model) between 3 and 120),
        spec jsonb not null,
        valid_from timestamptz not null default now(),
        created_at timestamptz not null default now(),
        created_by uuid references identity.users (id)
      )`.execute(db);
    await sql`create index model_overrides_newest_idx on identity.model_overrides (model, valid_from desc, id desc)`.execute(
      db,
    );
    await sql`
      create table identity.prices (
        id uuid primary key,
        model text not null check (char_length(model) between 3 and 120),
        version text not null check (char_length(version) between 1 and 40),
        -- Null: not offered from then on. A model without a price is refused, never free.
        price jsonb,
        valid_from timestamptz not null default now(),
        created_at timestamptz not null default now(),
        created_by uuid references identity.users (id),
        constraint prices_version_key unique (model, version)
      )`.execute(db);
    await sql`create index prices_newest_idx on identity.prices (model, valid_from desc, id desc)`.execute(
      db,
    );
  },
};
