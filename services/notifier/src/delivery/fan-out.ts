import { jobIdOf, ownerOf, type JobEvent } from './job-event';
import type { Session } from './session';

/** Which sessions an event goes to: in memory, by user and by job. */
export class FanOut {
  private readonly byUser = new Map<string, Set<Session>>();
  private readonly byJob = new Map<string, Set<Session>>();
  /** How many sessions each user has, of either kind. */
  private readonly watching = new Map<string, number>();

  add(session: Session): void {
    const { map, key } = this.placeOf(session);
    const sessions = map.get(key) ?? new Set();
    if (!sessions.has(session)) this.count(session, 1);
    map.set(key, sessions.add(session));
  }

  remove(session: Session): void {
    const { map, key } = this.placeOf(session);
    const sessions = map.get(key);
    if (!sessions?.delete(session)) return;
    this.count(session, -1);
    if (sessions.size === 0) map.delete(key);
  }

  /** Whether any session would be told of this user's jobs. */
  isWatched(userId: string): boolean {
    return this.watching.has(userId);
  }

  /** Gives the event to all whom it concerns; tells how many that were. */
  publish(event: JobEvent): number {
    const owner = ownerOf(event);
    const ofUser = this.byUser.get(owner) ?? [];
    // A session waits here before it is known whose job it asked for, so the owner is checked with every event.
    const ofJob = [...(this.byJob.get(jobIdOf(event)) ?? [])].filter(({ scope }) => scope.userId === owner);
    const sessions = [...ofUser, ...ofJob];
    for (const session of sessions) session.receive(event);
    return sessions.length;
  }

  private count({ scope: { userId } }: Session, change: 1 | -1): void {
    const sessions = (this.watching.get(userId) ?? 0) + change;
    if (sessions > 0) this.watching.set(userId, sessions);
    else this.watching.delete(userId);
  }

  private placeOf({ scope }: Session): { map: Map<string, Set<Session>>; key: string } {
    return scope.jobId === undefined
      ? { map: this.byUser, key: scope.userId }
      : { map: this.byJob, key: scope.jobId };
  }
}
