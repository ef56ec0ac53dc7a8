import { createHash } from 'node:crypto';
import { sql as raw } from 'kysely';
import { decodeCursor, encodeCursor, type Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import type { IdentityTables } from '../identity/schema/tables';
import type { BillingMetrics } from './billing-metrics';
import type { Reconciler } from './reconciler';
import { BillingRefusal } from './refusal';
import type { StripeEvent } from './stripe-schemas';
import { subjectOf, subjectSchema, type Subject } from './subjects';

export type EventOutcome = 'processed' | 'ignored' | 'duplicate' | 'refused';
const OVER: readonly string[] = ['processed', 'ignored', 'refused'];
/** The sweep tries a failed event again after a minute, then later and later, an hour at most. */
const BACKOFF_SECONDS = 60;
const BACKOFF_MAX_SECONDS = 3_600;
/** Longer than Stripe lists events. */
const KEPT_DAYS = 60;
const DELETED_AT_ONCE = 5_000;

/** An event that could not be done, as an operator wants to see it. */
export interface WrongEvent {
  readonly id: string;
  readonly type: string;
  readonly state: 'failed' | 'refused';
  readonly attempts: number;
  readonly error: string | null;
  readonly receivedAt: Date;
}

/** Stripe's events: each is kept once, done once, and seen where it cannot be done. */
export class Events {
  constructor(
    private readonly database: Database<IdentityTables>,
    private readonly reconciler: Reconciler,
    private readonly livemode: boolean,
    private readonly metrics: BillingMetrics,
    private readonly logger: Logger,
  ) {}

  /** Keeps it and does it, once however often it comes. Throws where it may be done later: the caller says so to Stripe. */
  async take(event: StripeEvent, source: 'webhook' | 'sweep', body: string): Promise<EventOutcome> {
    const subject = subjectOf(event);
    if (subject === null) return this.count(event.type, 'ignored', false);
    if (event.livemode !== this.livemode) {
      const message = 'This event is of the other mode (test or live) than the key of this installation.';
      throw new AppError('invalid_input', message);
    }
    const { state } = await this.keep(event, subject, source, body);
    if (OVER.includes(state)) return this.count(event.type, 'duplicate');
    return this.process(event.id, event.type, subject);
  }

  /** Does again what failed or was left, the oldest first, at most `limit`. One that fails again holds up no other. */
  async retryDue(limit: number): Promise<void> {
    const due = await this.database.sql
      .selectFrom('identity.stripe_events')
      .select(['id', 'type', 'subject'])
      .where('state', 'in', ['received', 'failed'])
      .where('next_attempt_at', '<=', raw<Date>`now()`)
      // A webhook that has just come is being done.
      .where('received_at', '<', raw<Date>`now() - interval '30 seconds'`)
      .orderBy('next_attempt_at')
      .limit(limit)
      .execute();
    for (const { id, type, subject } of due) {
      await this.process(id, type, subjectSchema.parse(subject)).catch(() => undefined);
    }
  }

  /** An operator has set right what was wrong. Throws `AppError('not_found')`, or what goes wrong again. */
  async retry(id: string): Promise<EventOutcome> {
    const row = await this.database.sql
      .selectFrom('identity.stripe_events')
      .select(['type', 'subject'])
      .where('id', '=', id)
      .where('state', 'in', ['failed', 'refused', 'received'])
      .executeTakeFirst();
    if (row === undefined)
      throw new AppError('not_found', `There is no event ${id.slice(0, 64)} to be done again.`);
    await this.database.sql
      .updateTable('identity.stripe_events')
      .set({ state: 'received' })
      .where('id', '=', id)
      .where('state', '=', 'refused')
      .execute();
    return this.process(id, row.type, subjectSchema.parse(row.subject));
  }

  /** What could not be done, the newest first. */
  async listWrong(page: {
    readonly limit: number;
    readonly cursor?: string | undefined;
  }): Promise<{ items: WrongEvent[]; nextCursor: string | null }> {
    const after = page.cursor === undefined ? null : decodeCursor(page.cursor).createdAt;
    const rows = await this.database.sql
      .selectFrom('identity.stripe_events')
      .select(['id', 'type', 'state', 'attempts', 'error', 'received_at as receivedAt'])
      .where('state', 'in', ['failed', 'refused'])
      .$if(after !== null, (query) => query.where('received_at', '<', raw<Date>`${after}::timestamptz`))
      .orderBy('received_at', 'desc')
      .limit(page.limit + 1)
      .execute();
    const items = rows.slice(0, page.limit) as WrongEvent[];
    const last = rows.length > page.limit ? items.at(-1) : undefined;
    // The ids are Stripe's; a cursor of ours holds a UUID, which is not looked at.
    const id = '00000000-0000-7000-8000-000000000000';
    return {
      items,
      nextCursor: last === undefined ? null : encodeCursor({ createdAt: last.receivedAt, id }),
    };
  }

  /** How many are failed or refused now, for the gauge. */
  async countWrong(): Promise<void> {
    const rows = await this.database.sql
      .selectFrom('identity.stripe_events')
      .select(['state', (of) => of.fn.countAll<string>().as('events')])
      .where('state', 'in', ['failed', 'refused'])
      .groupBy('state')
      .execute();
    for (const state of ['failed', 'refused'] as const) {
      this.metrics.wrong.set({ state }, Number(rows.find((row) => row.state === state)?.events ?? 0));
    }
  }

  /** Which of these are not kept yet. */
  async unknown(events: readonly StripeEvent[]): Promise<StripeEvent[]> {
    if (events.length === 0) return [];
    const ids = events.map(({ id }) => id);
    const rows = await this.database.sql
      .selectFrom('identity.stripe_events')
      .select('id')
      .where('id', 'in', ids)
      .execute();
    const known = new Set(rows.map(({ id }) => id));
    return events.filter(({ id }) => !known.has(id));
  }

  async deleteOld(): Promise<void> {
    await raw`
      delete from identity.stripe_events where id in (
        select id from identity.stripe_events
        where state in ('processed', 'ignored') and received_at < now() - make_interval(days => ${KEPT_DAYS})
        order by received_at limit ${DELETED_AT_ONCE})`.execute(this.database.sql);
  }

  private async keep(
    event: StripeEvent,
    subject: Subject,
    source: 'webhook' | 'sweep',
    body: string,
  ): Promise<{ state: string }> {
    await this.database.sql
      .insertInto('identity.stripe_events')
      .values({
        id: event.id,
        type: event.type,
        livemode: event.livemode,
        api_version: event.api_version,
        stripe_created_at: new Date(event.created * 1000),
        subject: JSON.stringify(subject),
        payload_sha256: createHash('sha256').update(body).digest(),
        source,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    return this.stateOf(event.id);
  }

  private async process(id: string, type: string, subject: Subject): Promise<EventOutcome> {
    try {
      const result = await this.reconciler.reconcile(subject, {
        isDone: async () => OVER.includes((await this.stateOf(id)).state),
        mark: (sql) => this.finish(sql, id, 'processed', null),
      });
      if (result === 'not_ours') await this.finish(this.database.sql, id, 'ignored', null);
      const outcomes = { applied: 'processed', already: 'duplicate', not_ours: 'ignored' } as const;
      return this.count(type, outcomes[result]);
    } catch (error) {
      if (error instanceof BillingRefusal) {
        this.logger.error({ eventId: id, type, subject, err: error }, 'a payment is not what was offered');
        await this.finish(this.database.sql, id, 'refused', error.message);
        return this.count(type, 'refused');
      }
      this.metrics.events.inc({ type, outcome: 'failed' });
      this.logger.warn({ eventId: id, type, err: error }, 'an event of Stripe could not be done now');
      await this.fail(id, error);
      throw error;
    }
  }

  private stateOf(id: string): Promise<{ state: string }> {
    return this.database.sql
      .selectFrom('identity.stripe_events')
      .select('state')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
  }

  private async finish(
    sql: Database<IdentityTables>['sql'],
    id: string,
    state: 'processed' | 'ignored' | 'refused',
    error: string | null,
  ): Promise<void> {
    await sql
      .updateTable('identity.stripe_events')
      .set({ state, error, processed_at: raw<Date>`now()`, attempts: raw<number>`attempts + 1` })
      .where('id', '=', id)
      .where('state', 'in', ['received', 'failed'])
      .execute();
  }

  private async fail(id: string, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    const wait = raw<number>`least(${BACKOFF_MAX_SECONDS}, ${BACKOFF_SECONDS} * power(2, least(attempts, 10)))`;
    await this.database.sql
      .updateTable('identity.stripe_events')
      .set({
        state: 'failed',
        error: reason.replaceAll('\0', '').slice(0, 1_000),
        attempts: raw<number>`attempts + 1`,
        next_attempt_at: raw<Date>`now() + make_interval(secs => ${wait})`,
      })
      .where('id', '=', id)
      .where('state', 'in', ['received', 'failed'])
      .execute();
  }

  private count(type: string, outcome: EventOutcome, isHandled = true): EventOutcome {
    this.metrics.events.inc({ type: isHandled ? type : 'other', outcome });
    return outcome;
  }
}
