import { z } from 'zod';
import type { Bus } from '@shotloom/bus';
import {
  creditsChangedV1,
  JOB_STATUSES,
  jobChangedV1,
  jobStateMachine,
  subjects,
  type Envelope,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';

/** What is looked at of an event that this service has checked before. */
const partSchema = z.object({ state: z.object({ accountId: z.string(), status: z.enum(JOB_STATUSES) }) });

/** Changes within this time are told in one message. Milliseconds. */
const GATHER_MS = 20;

/**
 * Tells whose balance may be another one now: a hold is made when a job is queued and ends with it. It follows from the events of jobs as
 * they leave the outbox, so that it comes after the commit, costs accepting a job nothing, and comes again after a crash.
 */
export class CreditNews {
  private readonly accounts = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly bus: Pick<Bus, 'emit'>) {}

  published({ type, payload }: Envelope): void {
    if (type !== jobChangedV1.type) return;
    const parsed = partSchema.safeParse(payload);
    if (!parsed.success) return;
    const { status, accountId } = parsed.data.state;
    if (status !== 'queued' && !jobStateMachine.isTerminal(status)) return;
    this.accounts.add(accountId);
    this.timer ??= setTimeout(() => this.tell(), GATHER_MS);
  }

  stop(): void {
    this.tell();
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.accounts.size === 0) return;
    const payload = { accountIds: [...this.accounts], userIds: [] };
    this.accounts.clear();
    this.bus.emit(creditsChangedV1, payload, { subject: subjects.creditsChanged, correlationId: newId() });
  }
}
