import { AppError } from '@shotloom/kernel';
import type { UnitOfWork } from '@shotloom/database';
import { resolveAll, type ResolveItem } from '@shotloom/ledger';
import type { AttemptRow } from '../attempts/attempt-rows';
import type { JobRow } from '../jobs/job-row';
import type { JobsSchema } from '../schema/tables';
import { wakeSets, writeLanes, type OpenLane } from './lane-writes';
import { patched, type PatchOf } from './moment';
import { writeRows, type RowWrite } from './row-writes';
import { ATTEMPTS, JOBS } from './tables';
import { nextTimerChange, writeTimers, type TimerChange } from './timer-writes';

type Tx = UnitOfWork<JobsSchema>;

/** What a transaction changed. A row may be there several times, each time from how the change before left it. */
export interface Changes {
  readonly jobs: readonly RowWrite<JobRow>[];
  readonly attempts: readonly RowWrite<AttemptRow>[];
}

const sessions = new WeakMap<Tx, Session>();

/** What a transaction has locked and changed so far. */
export function sessionOf(tx: Tx): Session {
  const known = sessions.get(tx);
  if (known) return known;
  const session = new Session(tx);
  sessions.set(tx, session);
  return session;
}

/**
 * Jobs and attempts of one transaction: rows are read once, under their locks, and what changes is written once, with the commit, by
 * one statement for each table, however many jobs share the transaction. Whoever reads one of these rows by other statements of
 * the same transaction does not see its changes.
 */
export class Session {
  /** Where something may start after this: a job has begun to wait, or an attempt of these users has ended. */
  readonly waiting = new Set<string>();
  readonly ended: { readonly provider: string; readonly ownerUserId: string }[] = [];
  private readonly jobs = new Map<string, JobRow>();
  private readonly attempts = new Map<string, AttemptRow>();
  /** Asked for under a lock, and not there. */
  private readonly absent = new Set<string>();
  private jobWrites: RowWrite<JobRow>[] = [];
  private attemptWrites: RowWrite<AttemptRow>[] = [];
  private timers = new Map<string, TimerChange>();
  private lanes: OpenLane[] = [];
  private resolutions: ResolveItem[] = [];
  private readonly endedSets = new Set<string>();
  private clock: { readonly at: number; readonly readAt: number } | undefined;
  private gathered = false;

  constructor(private readonly tx: Tx) {}

  /** The database's clock as it was told with a lock. */
  setClock(at: Date): void {
    this.clock ??= { at: at.getTime(), readAt: performance.now() };
  }

  /** Now on the database's clock, to the millisecond. */
  now(): Date {
    if (!this.clock) throw new AppError('internal', 'Something is changed that was not locked before.');
    return new Date(this.clock.at + Math.round(performance.now() - this.clock.readAt));
  }

  job(jobId: string): JobRow | undefined {
    return this.jobs.get(jobId);
  }

  attempt(attemptId: string): AttemptRow | undefined {
    return this.attempts.get(attemptId);
  }

  isAbsent(attemptId: string): boolean {
    return this.absent.has(attemptId);
  }

  /** Rows as they were read under their locks. A job that is known already has its changes. */
  locked(job: JobRow, attempt?: AttemptRow): void {
    if (!this.jobs.has(job.job_id)) this.jobs.set(job.job_id, job);
    if (attempt && !this.attempts.has(attempt.attempt_id)) this.attempts.set(attempt.attempt_id, attempt);
  }

  missing(attemptId: string): void {
    this.absent.add(attemptId);
  }

  changeJob(job: JobRow, patch: PatchOf<JobRow>): JobRow {
    const before = this.jobs.get(job.job_id) ?? job;
    const after = patched(before, patch, this.now());
    this.jobs.set(job.job_id, after);
    this.jobWrites.push({ id: job.job_id, before, after });
    this.gather();
    return after;
  }

  changeAttempt(attempt: AttemptRow, patch: PatchOf<AttemptRow>): AttemptRow {
    const before = this.attempts.get(attempt.attempt_id) ?? attempt;
    const after = patched(before, patch, this.now());
    this.attempts.set(attempt.attempt_id, after);
    if (after.finished_at !== null && before.finished_at === null) {
      this.ended.push({ provider: after.provider, ownerUserId: after.owner_user_id });
    }
    this.attemptWrites.push({ id: attempt.attempt_id, before, after });
    this.gather();
    return after;
  }

  changeTimer(attemptId: string, change: TimerChange): void {
    this.timers.set(attemptId, nextTimerChange(this.timers.get(attemptId), change));
    this.gather();
  }

  openLane(lane: OpenLane): void {
    this.lanes.push(lane);
    this.waiting.add(lane.provider);
    this.gather();
  }

  resolveHold(item: ResolveItem): void {
    this.resolutions.push(item);
    this.gather();
  }

  /** A job of the set has ended: the next one may be under way. */
  freeSetPlace(setId: string, provider: string): void {
    this.endedSets.add(setId);
    this.waiting.add(provider);
    this.gather();
  }

  /** Before a statement that needs to see the timers as they are. */
  async writeTimersNow(): Promise<void> {
    const statements = writeTimers(this.timers);
    this.timers = new Map();
    if (statements.length > 0) await this.tx.together(statements);
  }

  /** Every change so far, in order. */
  get changes(): Changes {
    return { jobs: this.jobWrites, attempts: this.attemptWrites };
  }

  private gather(): void {
    if (this.gathered) return;
    this.gathered = true;
    this.tx.gather(writeSession, this);
  }

  /** Jobs first and payers last, which is the order of locks everywhere. */
  write(): void {
    const statements = [
      ...writeRows(JOBS, this.jobWrites),
      ...writeRows(ATTEMPTS, this.attemptWrites),
      ...writeTimers(this.timers),
      ...(this.lanes.length > 0 ? [writeLanes(this.lanes)] : []),
      ...(this.endedSets.size > 0 ? [wakeSets([...this.endedSets])] : []),
      ...(this.resolutions.length > 0 ? [resolveAll(this.resolutions)] : []),
    ];
    for (const statement of statements) this.tx.atCommit(statement);
  }
}

function writeSession(_tx: Tx, [session]: readonly Session[]): Promise<void> {
  session?.write();
  return Promise.resolve();
}
