import { checkInvariantsPage } from '@shotloom/ledger';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';

/** Payers in one step: a step is one short look, however large the ledger has become. */
const PAYERS = 50;
/** Told in full; the number of all is in the metric. */
const MOST_TOLD = 20;

/**
 * Walks over the whole ledger, a step at a time, and over again. `violations` is what the last whole walk found, or what this one has
 * found already where that is more.
 */
export class LedgerWalk {
  private cursor: string | null = null;
  private found = 0;
  private last = 0;

  constructor(
    private readonly database: Pick<Database<JobsSchema>, 'sql'>,
    private readonly logger: Logger,
  ) {}

  get violations(): number {
    return Math.max(this.found, this.last);
  }

  /** One step. Throws where the database does; the next call then takes the same step. */
  async step(): Promise<void> {
    const { violations, nextCursor } = await checkInvariantsPage(this.database.sql, {
      cursor: this.cursor,
      limit: PAYERS,
    });
    if (violations.length > 0) {
      this.logger.error(
        { violations: violations.slice(0, MOST_TOLD), count: violations.length },
        'the ledger does not add up; see the runbook ledger-violation',
      );
    }
    this.found += violations.length;
    this.cursor = nextCursor;
    if (nextCursor !== null) return;
    this.last = this.found;
    this.found = 0;
  }
}
