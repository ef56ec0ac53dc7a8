import { sql } from 'kysely';

/**
 * Postgres' clock, read once in a statement. Called bare it is read anew for each row, so that no index leads to what is due: all that is
 * due later is read too.
 */
export const clockOnce = sql<Date>`(SELECT clock_timestamp())`;
