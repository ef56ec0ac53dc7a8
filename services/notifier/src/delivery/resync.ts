import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, type RetryPolicy } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import type { Session, SessionOutput } from './session';
import type { Snapshots } from './snapshots';

const RETRY: RetryPolicy = { maxAttempts: 6, baseMs: 200, factor: 2, maxMs: 3_000, jitter: 0.5 };
/** Snapshots read at the same time: after an outage every socket needs one, and job-orchestrator has just come back. */
const CONCURRENCY = 8;

/** A socket whose session can be brought up to date again. */
export interface Resyncable extends SessionOutput {
  readonly session: Session;
}

/** Gives sockets the present state again after a gap. What has not changed is not sent: its version is not newer. */
export class Resync {
  private readonly waiting = new Set<Resyncable>();
  private running = 0;

  constructor(
    private readonly snapshots: Snapshots,
    private readonly logger: Logger,
  ) {}

  add(clients: readonly Resyncable[]): void {
    for (const client of clients) this.waiting.add(client);
    while (this.running < CONCURRENCY && this.waiting.size > 0) this.startOne();
  }

  private startOne(): void {
    this.running += 1;
    void this.work().finally(() => {
      this.running -= 1;
    });
  }

  private async work(): Promise<void> {
    for (const client of this.waiting) {
      this.waiting.delete(client);
      await this.bringUpToDate(client);
    }
  }

  private async bringUpToDate(client: Resyncable): Promise<void> {
    const { session } = client;
    // It is still being told what it missed, place by place. What is live would overtake that, and the client would come again from there.
    if (!session.isOpen) return;
    session.hold();
    for (let attempt = 1; attempt <= RETRY.maxAttempts; attempt += 1) {
      try {
        session.open(await this.snapshots.readAgain(session.scope, session.openJobIds), client);
        return;
      } catch (error) {
        this.logger.warn({ err: error, attempt }, 'a snapshot after a gap could not be read');
        await delay(backoffMs(RETRY, attempt), undefined, { ref: false });
      }
    }
    client.overflow();
  }
}
