import { AppError, Pace } from '@shotloom/kernel';
import type { Catalogue } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import { UserLimits } from './user-limits';
import { PartlyHeld } from './accept-holds';
import { acceptJobs } from './accept-jobs';
import type { AcceptAnswer, AcceptOutcome, AcceptRequest } from './accept-request';

/** Transactions at the same time; each has a connection. */
const MOST_GROUPS = 4;
/** Requests in one transaction. */
const MOST_REQUESTS = 64;
/**
 * Under load the next group keeps a distance from the start of the last, so that more share it; a group that takes longer (it waits for a
 * lock, or the disk is slow) does not hold up those behind it. Somebody waits for each of them, so it stays short.
 */
const GROUPS = { leastMs: 10, mostMs: 25 };

interface Waiting {
  readonly request: AcceptRequest;
  readonly deadline: Date;
  readonly resolve: (answer: AcceptAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Some callers of a group have gone: what they are not told of must not be made, and not be held for. */
class CameTooLate extends Error {
  constructor(readonly late: readonly Waiting[]) {
    super('Some callers stopped waiting.');
  }
}

/**
 * Gathers requests into transactions. A request that comes alone starts at once; while a transaction runs, what comes is the next
 * group. So groups grow with the load by themselves, and cost a lone request nothing.
 */
export class AcceptQueue {
  private waiting: Waiting[] = [];
  private running = 0;
  private readonly pace = new Pace(GROUPS);
  private timer: NodeJS.Timeout | undefined;
  private readonly userLimits = new UserLimits();

  constructor(
    private readonly deps: {
      readonly database: Database<JobsSchema>;
      readonly catalogue: Catalogue;
      /** Told after the commit, for each request whose jobs are new. */
      readonly onAccepted: (request: AcceptRequest) => void;
    },
  ) {}

  /** Resolves when it is committed. Throws what refuses it, and `unavailable` when the deadline passed before the commit. */
  accept(request: AcceptRequest, deadline: Date): Promise<AcceptAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, deadline, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.waiting.length === 0 || this.running >= MOST_GROUPS) return;
    const early = this.pace.earlyMs;
    if (early > 0) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.next();
      }, early);
      return;
    }
    this.running += 1;
    const ended = this.pace.start();
    void this.settle(this.waiting.splice(0, MOST_REQUESTS)).finally(() => {
      ended();
      this.running -= 1;
      this.next();
    });
  }

  /** Until each has its answer. Every pass settles at least one of them. */
  private async settle(group: readonly Waiting[]): Promise<void> {
    let rest = group;
    while (rest.length > 0) rest = await this.pass(rest);
  }

  /** One transaction; returns those that have to be tried anew. */
  private async pass(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const inTime = dropLate(group);
    if (inTime.length === 0) return [];
    try {
      const outcomes = await this.commit(inTime);
      return inTime.filter((waiting, index) => !this.tell(waiting, outcomes[index]));
    } catch (error) {
      return this.afterFailure(inTime, error);
    }
  }

  private async commit(group: readonly Waiting[]): Promise<readonly AcceptOutcome[]> {
    const { database, catalogue } = this.deps;
    const requests = group.map(({ request }) => request);
    const { outcomes, remember } = await database.run(async (tx) => {
      const remember = await this.userLimits.write(tx, requests);
      const outcomes = await acceptJobs(tx, catalogue, requests);
      const now = Date.now();
      const late = group.filter(({ deadline }) => deadline.getTime() <= now);
      if (late.length > 0) throw new CameTooLate(late);
      return { outcomes, remember };
    });
    remember();
    return outcomes;
  }

  /** False where there is nothing to tell yet. */
  private tell({ request, resolve, reject }: Waiting, outcome: AcceptOutcome | undefined): boolean {
    if (outcome === undefined || outcome.kind === 'again') return false;
    if (outcome.kind === 'refused') {
      reject(outcome.error);
      return true;
    }
    if (!outcome.answer.replayed) this.deps.onAccepted(request);
    resolve(outcome.answer);
    return true;
  }

  /** Nothing was committed. Those that spoil a group are dealt with alone, so that they spoil nothing for the others. */
  private async afterFailure(group: readonly Waiting[], error: unknown): Promise<readonly Waiting[]> {
    if (error instanceof CameTooLate) {
      for (const waiting of error.late) waiting.reject(tooLate());
      return group.filter((waiting) => !error.late.includes(waiting));
    }
    if (group.length === 1 || AppError.from(error).code === 'unavailable') {
      for (const waiting of group) waiting.reject(error);
      return [];
    }
    const spoilers =
      error instanceof PartlyHeld ? group.filter(({ request }) => error.requests.includes(request)) : group;
    // After the others: what one of these cannot have at its place in the row, it cannot have at the end of it.
    await this.settle(group.filter((waiting) => !spoilers.includes(waiting)));
    for (const waiting of spoilers) await this.settle([waiting]);
    return [];
  }
}

function dropLate(group: readonly Waiting[]): Waiting[] {
  const now = Date.now();
  return group.filter(({ deadline, reject }) => {
    if (deadline.getTime() > now) return true;
    reject(tooLate());
    return false;
  });
}

function tooLate(): AppError {
  return new AppError('unavailable', 'The request came too late.', { retryable: true });
}
