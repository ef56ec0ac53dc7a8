import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { ledgerMigrations, type HoldRequest } from '@shotloom/ledger';
import { createTestDatabase, silentLogger } from '@shotloom/testing';

export interface Fixture {
  readonly database: Database<unknown>;
  stop(): Promise<void>;
}

export async function startLedger(poolSize = 10): Promise<Fixture> {
  const postgres = await createTestDatabase();
  const database = openDatabase({
    url: postgres.url,
    applicationName: 'ledger-test',
    logger: silentLogger(),
    poolSize,
  });
  await migrate(database, [ledgerMigrations]);
  const stop = async (): Promise<void> => {
    await database.close();
    await postgres.drop();
  };
  return { database, stop };
}

export function holdFor(accountId: string, amount: number, more: Partial<HoldRequest> = {}): HoldRequest {
  return { holdId: newId(), accountId, amount, reference: newId(), priceVersion: 'v1', ...more };
}

export type Kind = 'available' | 'held' | 'captured' | 'source' | 'debt';

/** The balances as they stand in the table, expired lots included. */
export async function rawBalances(
  database: Database<unknown>,
  accountId: string,
): Promise<Record<Kind, number>> {
  const { rows } = await sql<{ kind: Kind; balance: number }>`
    select kind, balance from ledger.accounts where owner_id = ${accountId}`.execute(database.sql);
  const none = { available: 0, held: 0, captured: 0, source: 0, debt: 0 };
  return { ...none, ...Object.fromEntries(rows.map((row) => [row.kind, row.balance])) };
}

/** What is left of each of an account's lots, by the reference of its grant. */
export async function lotsOf(
  database: Database<unknown>,
  accountId: string,
): Promise<Record<string, number>> {
  const { rows } = await sql<{ reference: string; remaining: number }>`
    select reference, remaining from ledger.lots where owner_id = ${accountId}`.execute(database.sql);
  return Object.fromEntries(rows.map((row) => [row.reference, row.remaining]));
}
