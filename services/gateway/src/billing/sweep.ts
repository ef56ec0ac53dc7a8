import { sql as raw } from 'kysely';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { IdentityTables } from '../identity/schema/tables';
import type { BillingMetrics } from './billing-metrics';
import type { Events } from './events';
import type { Leases } from './leases';
import type { Reconciler } from './reconciler';
import type { StripeApi } from './stripe-api';
import type { StripeEvent } from './stripe-schemas';
import { HANDLED_EVENTS } from './subjects';

const CURSOR = 'stripe-events';
/** Read again each time, since events may be listed a little later than they say. */
const OVERLAP_SECONDS = 600;
/** Stripe lists events for 30 days. */
const FIRST_LOOK_SECONDS = 29 * 86_400;
const SPAN_SECONDS = 6 * 3_600;
/** Of a hundred events, of one window; windows of one run. What is left is for the next run. */
const MOST_PAGES = 20;
const MOST_WINDOWS = 40;
const FAILED_AT_ONCE = 50;
const OPEN_AT_ONCE = 50;

interface SweepParts {
  readonly database: Database<IdentityTables>;
  readonly api: StripeApi;
  readonly events: Events;
  readonly reconciler: Reconciler;
  readonly leases: Leases;
  readonly metrics: BillingMetrics;
  readonly logger: Logger;
}

/** Makes up for webhooks that never came: one replica at a time asks Stripe what happened since, and does what is not known yet. */
export class Sweep {
  constructor(private readonly parts: SweepParts) {}

  /** One bounded run. Never rejects. */
  async run(): Promise<void> {
    const { leases, events, metrics, logger } = this.parts;
    try {
      await leases.tryHold('sweep', async () => {
        await events.retryDue(FAILED_AT_ONCE);
        await this.lookForEvents();
        await this.lookAtOpenCheckouts();
        await events.deleteOld();
      });
      await events.countWrong();
    } catch (error) {
      metrics.sweepFailures.inc();
      logger.warn({ err: error }, 'it could not be looked at Stripe for lost events; it will be again');
    }
  }

  /** Window by window towards the present, so that the cursor never passes what was not read. */
  private async lookForEvents(): Promise<void> {
    const now = Math.floor(Date.now() / 1000);
    let from = Math.max(await this.readCursor(now), now - FIRST_LOOK_SECONDS) - OVERLAP_SECONDS;
    let span = SPAN_SECONDS;
    for (let windows = 0; from < now && windows < MOST_WINDOWS; windows += 1) {
      const to = Math.min(now, from + span);
      const window = await this.read(from, to);
      await this.takeAll(window.events);
      if (window.whole) {
        await this.writeCursor(to);
        from = to;
        span *= 2;
      } else span = Math.max(1, Math.floor(span / 8));
    }
  }

  /** Not `whole`: there are more than may be read at once, and the window has to be smaller. */
  private async read(from: number, to: number): Promise<{ events: StripeEvent[]; whole: boolean }> {
    const found: StripeEvent[] = [];
    let after: string | undefined;
    for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
      const { events, more } = await this.parts.api.events({ from, to, types: HANDLED_EVENTS }, after);
      found.push(...(await this.parts.events.unknown(events)));
      if (!more) return { events: found, whole: true };
      after = events.at(-1)?.id;
    }
    return { events: found, whole: false };
  }

  /** The oldest first. One that cannot be done is kept as failed and holds up no other. */
  private async takeAll(events: readonly StripeEvent[]): Promise<void> {
    for (const event of [...events].reverse()) {
      const outcome = await this.parts.events
        .take(event, 'sweep', JSON.stringify(event))
        .catch(() => 'failed' as const);
      if (outcome !== 'duplicate' && outcome !== 'ignored') this.parts.metrics.found.inc();
    }
  }

  /** Pages to pay at whose time is over, or that were open long enough for somebody to have paid. */
  private async lookAtOpenCheckouts(): Promise<void> {
    const open = await this.parts.database.sql
      .selectFrom('identity.billing_checkouts as checkout')
      .innerJoin('identity.billing_customers as customer', 'customer.account_id', 'checkout.account_id')
      .select(['checkout.id', 'checkout.stripe_session_id', 'customer.stripe_customer_id'])
      .where('checkout.status', '=', 'open')
      .where('customer.deleted_at', 'is', null)
      .where('checkout.updated_at', '<', raw<Date>`now() - interval '10 minutes'`)
      .orderBy('checkout.updated_at')
      .limit(OPEN_AT_ONCE)
      .execute();
    for (const { id, stripe_session_id: session, stripe_customer_id: customerId } of open) {
      if (session === null) await this.endUnanswered(id);
      else
        await this.parts.reconciler
          .reconcile({ kind: 'session', id: session, customerId })
          .catch(() => this.touch(id));
    }
  }

  /** Its address was never known to anybody, so nobody can have paid there. */
  private async endUnanswered(id: string): Promise<void> {
    await this.parts.database.sql
      .updateTable('identity.billing_checkouts')
      .set({ status: raw<'open' | 'expired'>`case when expires_at < now() then 'expired' else status end` })
      .set({ updated_at: raw<Date>`now()` })
      .where('id', '=', id)
      .execute();
  }

  /** To the end of the queue, so that it is in nobody's way. */
  private async touch(id: string): Promise<void> {
    await this.parts.database.sql
      .updateTable('identity.billing_checkouts')
      .set({ updated_at: raw<Date>`now()` })
      .where('id', '=', id)
      .execute();
  }

  private async readCursor(now: number): Promise<number> {
    const row = await this.parts.database.sql
      .selectFrom('identity.billing_cursors')
      .select('position')
      .where('name', '=', CURSOR)
      .executeTakeFirst();
    return row === undefined ? now - FIRST_LOOK_SECONDS : Math.floor(row.position.getTime() / 1000);
  }

  private async writeCursor(seconds: number): Promise<void> {
    const position = new Date(seconds * 1000);
    await this.parts.database.sql
      .insertInto('identity.billing_cursors')
      .values({ name: CURSOR, position })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ position }))
      .execute();
  }
}
