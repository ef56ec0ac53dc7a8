import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * Fails the transaction where something does not hold that must: what is checked here need not travel to us and back before the
 * commit.
 */
export const addExpectMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      CREATE FUNCTION jobs.expect(p_holds boolean, p_otherwise text) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        IF p_holds IS NOT TRUE THEN
          RAISE EXCEPTION '%', p_otherwise USING ERRCODE = 'assert_failure';
        END IF;
      END $$`.execute(db);
  },
};
