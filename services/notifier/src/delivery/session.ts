import type { JobState } from '@shotloom/contracts';
import { jobIdOf, type JobEvent } from './job-event';
import { JobFeed, type FeedStep } from './job-feed';

/** What a socket watches: everything of its user, or one job of its user. */
export interface Scope {
  readonly userId: string;
  /** Absent: all jobs of the user. */
  readonly jobId?: string;
}

export interface SessionOutput {
  step(step: FeedStep): void;
  /** More came while a snapshot was read than a session holds: the client must connect again. */
  overflow(): void;
}

/** Events held back while a snapshot is read; a snapshot takes milliseconds, so more means that something is wrong. */
const MAX_HELD = 1_000;
/** Ended jobs that a socket remembers, so that a late duplicate does not end one twice. */
const MAX_ENDED = 1_000;

/**
 * The jobs of one socket. It starts by holding events back; `open` applies the snapshot, then what was held, then all is
 * live: an event that the snapshot already holds is not newer and falls out by its version.
 */
export class Session {
  private readonly feeds = new Map<string, JobFeed>();
  private readonly ended = new Set<string>();
  private held: JobEvent[] | undefined = [];
  private overflowed = false;
  private output: SessionOutput | undefined;

  constructor(readonly scope: Scope) {}

  /** Jobs that this socket knows of and whose end it has not been told. */
  get openJobIds(): readonly string[] {
    return [...this.feeds.keys()];
  }

  /** Whether it is live: until then something of the past is being told. */
  get isOpen(): boolean {
    return this.output !== undefined;
  }

  receive(event: JobEvent): void {
    if (this.output !== undefined && this.held === undefined) this.apply(event, this.output);
    else this.keep(event);
  }

  /** Holds events back again, before another snapshot is read. */
  hold(): void {
    this.held ??= [];
  }

  /** Applies a snapshot, then what came meanwhile; from now on all goes to `output` at once. */
  open(snapshot: readonly JobState[], output: SessionOutput): void {
    const held = this.held ?? [];
    this.held = undefined;
    this.output = output;
    for (const state of snapshot) this.apply({ kind: 'state', state }, output);
    for (const event of held) this.apply(event, output);
    if (this.overflowed) output.overflow();
  }

  /** Tells something of the past, before `open`: what is live waits meanwhile. */
  replay(event: JobEvent, output: SessionOutput): void {
    this.apply(event, output);
  }

  private keep(event: JobEvent): void {
    this.held ??= [];
    if (this.held.length < MAX_HELD) this.held.push(event);
    else this.overflowed = true;
  }

  private apply(event: JobEvent, output: SessionOutput): void {
    const jobId = jobIdOf(event);
    if (this.ended.has(jobId)) return;
    const feed = this.feeds.get(jobId) ?? new JobFeed();
    this.feeds.set(jobId, feed);
    const steps = feed.accept(event);
    if (feed.ended) this.forget(jobId);
    for (const step of steps) output.step(step);
  }

  private forget(jobId: string): void {
    this.feeds.delete(jobId);
    this.ended.add(jobId);
    if (this.ended.size <= MAX_ENDED) return;
    for (const oldest of this.ended) {
      this.ended.delete(oldest);
      return;
    }
  }
}
