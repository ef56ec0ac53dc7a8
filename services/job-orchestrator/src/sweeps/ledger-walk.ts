import { FittingSize, Pace } from '@shotloom/kernel';
import { checkInvariantsPage, skipInvariantsPage } from '@shotloom/ledger';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';

/** Payers in one step: fewer where their past is so long that a step is no short look any more. */
const STEP = { most: 50, tooLongMs: 200 };
/** All steps together may have a twentieth of the time: a walk over a large ledger takes longer, not more of Postgres. */
const STEPS = { leastMs: 0, mostMs: 3_600_000, times: 20 };
/** Told in full; the number of all is in the metric. */
const MOST_TOLD = 20;

interface Found {
  readonly violations: number;
  readonly unchecked: number;
}

const NOTHING: Found = { violations: 0, unchecked: 0 };

/** What Postgres says of a statement that took too long. */
const CANCELLED = '57014';

/**
 * Walks over the whole ledger, a step at a time, and over again. `violations` is what the last whole walk found, or what this one has
 * found already where that is more; `unchecked` in the same manner counts payers whose past is too long for one statement.
 */
export class LedgerWalk {
  private cursor: string | null = null;
  private startedAt = performance.now();
  private lastMs = 0;
  private found = NOTHING;
  private last = NOTHING;
  private readonly payers = new FittingSize(STEP);
  private readonly pace = new Pace(STEPS);

  constructor(
    private readonly database: Pick<Database<JobsSchema>, 'sql'>,
    private readonly logger: Logger,
  ) {}

  get violations(): number {
    return Math.max(this.found.violations, this.last.violations);
  }

  get unchecked(): number {
    return Math.max(this.found.unchecked, this.last.unchecked);
  }

  /** Of the last whole walk, or of this one where it has gone on longer. */
  get seconds(): number {
    return Math.max(this.lastMs, performance.now() - this.startedAt) / 1_000;
  }

  /** One step, unless it is too early for one. */
  async stepWhenDue(): Promise<void> {
    if (this.pace.earlyMs > 0) return;
    const ended = this.pace.start();
    await this.step().finally(ended);
  }

  /**
   * One step; true where it was the last of a whole walk. Throws where the database does; the next call then takes the same step, or a
   * smaller one where it took too long.
   */
  async step(): Promise<boolean> {
    const began = performance.now();
    const page = { cursor: this.cursor, limit: this.payers.current };
    try {
      const { violations, nextCursor } = await checkInvariantsPage(this.database.sql, page);
      this.note(violations);
      return this.goTo(nextCursor);
    } catch (error) {
      if (page.limit > 1 || !isTooLong(error)) throw error;
      return await this.skip(page, error);
    } finally {
      this.payers.took(performance.now() - began);
    }
  }

  private note(violations: readonly string[]): void {
    if (violations.length === 0) return;
    this.found = { ...this.found, violations: this.found.violations + violations.length };
    this.logger.error(
      { violations: violations.slice(0, MOST_TOLD), count: violations.length },
      'the ledger does not add up; see the runbook ledger-violation',
    );
  }

  private async skip(
    page: { readonly cursor: string | null; readonly limit: number },
    error: unknown,
  ): Promise<boolean> {
    const { nextCursor } = await skipInvariantsPage(this.database.sql, page);
    this.found = { ...this.found, unchecked: this.found.unchecked + 1 };
    this.logger.warn(
      { err: error, after: page.cursor },
      'the past of a payer is too long to be checked here; `npm run ops -- check` does so, best on a replica',
    );
    return this.goTo(nextCursor);
  }

  private goTo(cursor: string | null): boolean {
    this.cursor = cursor;
    if (cursor !== null) return false;
    const now = performance.now();
    [this.lastMs, this.startedAt] = [now - this.startedAt, now];
    [this.last, this.found] = [this.found, NOTHING];
    return true;
  }
}

const isTooLong = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === CANCELLED;
