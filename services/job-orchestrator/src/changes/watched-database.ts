import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import { sessionOf, type Changes } from './session';

/**
 * The same database, which tells of what each of its transactions changed, once that is committed. What is told here has happened,
 * and happened once: work that is run again after a deadlock, or rolled back, is not told.
 */
export function watched(
  database: Database<JobsSchema>,
  onCommitted: (changes: Changes) => void,
): Database<JobsSchema> {
  return {
    sql: database.sql,
    run: (work) =>
      database.run(async (tx) => {
        tx.afterCommit(() => onCommitted(sessionOf(tx).changes));
        return work(tx);
      }),
    onEmitted: (listener) => database.onEmitted(listener),
    ping: () => database.ping(),
    close: () => database.close(),
  };
}
