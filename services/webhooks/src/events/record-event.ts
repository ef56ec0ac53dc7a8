import { wantsEvent } from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import type { Owner } from '../parts';
import type { WebhookTables } from '../schema/tables';
import type { WebhookEvent } from './event-body';

type Work = Pick<UnitOfWork<WebhookTables>, 'sql'>;
interface Receiver {
  readonly id: string;
  readonly accountId: string;
  /** Disabled for its answers: the event is kept as failed, to be sent again on demand. */
  readonly isOff: boolean;
}

const KEPT_ONLY = 'The endpoint was disabled when this happened; it can be sent again.';

/** Makes the deliveries of an event, once however often it is asked to. Returns how many endpoints get it. */
export async function recordEvent(
  work: Work,
  owner: Owner,
  event: WebhookEvent,
  { now, except }: { readonly now: Date; readonly except?: string },
): Promise<number> {
  const endpoints = await lockEndpoints(work, owner, event.job?.id);
  const receivers = endpoints
    .filter(({ id, disabled_reason }) => id !== except && disabled_reason !== 'owner')
    .filter(({ event_types }) => wantsEvent(event_types, event.type))
    .map(({ id, disabled_reason }) => ({ id, accountId: owner.accountId, isOff: disabled_reason !== null }));
  const made = await addDeliveries(work, receivers, event, now);
  if (event.job?.isOver) await noteEnd(work, event.job.id, now);
  return made;
}

async function noteEnd({ sql }: Work, jobId: string, now: Date): Promise<void> {
  await sql
    .updateTable('webhooks.endpoints')
    .set({ ended_at: now })
    .where('id', '=', jobId)
    .where('kind', '=', 'job')
    .where('ended_at', 'is', null)
    .execute();
}

/**
 * In one order, so that nobody waits for each other in a circle, and before a delivery is written: the dispatcher, which reckons when
 * something is due, locks them too and cannot miss what is written under the lock. Of those of single jobs only the one of `ofJob`.
 */
export function lockEndpoints({ sql }: Work, { userId, accountId }: Owner, ofJob?: string) {
  return sql
    .selectFrom('webhooks.endpoints')
    .select(['id', 'event_types', 'disabled_reason'])
    .where('owner_user_id', '=', userId)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .where((where) =>
      where.or([
        where('kind', '=', 'endpoint'),
        ...(ofJob === undefined ? [] : [where.and([where('kind', '=', 'job'), where('id', '=', ofJob)])]),
      ]),
    )
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
}

/** The endpoints have to be locked. */
export async function addDeliveries(
  { sql }: Work,
  receivers: readonly Receiver[],
  { id: eventId, type, body }: WebhookEvent,
  now: Date,
): Promise<number> {
  if (receivers.length === 0) return 0;
  await sql
    .insertInto('webhooks.events')
    .values({ id: eventId, type, body, created_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const made = await sql
    .insertInto('webhooks.deliveries')
    .values(
      receivers.map(({ id, accountId, isOff }) => ({
        ...{ id: newId(), endpoint_id: id, account_id: accountId, event_id: eventId, event_type: type },
        ...(isOff
          ? { status: 'failed' as const, next_try_at: null, error: KEPT_ONLY }
          : { status: 'pending' as const, next_try_at: now }),
        created_at: now,
      })),
    )
    .onConflict((conflict) => conflict.columns(['endpoint_id', 'event_id']).doNothing())
    .returning(['endpoint_id', 'status'])
    .execute();
  const due = made.filter(({ status }) => status === 'pending').map(({ endpoint_id }) => endpoint_id);
  await markDue({ sql }, due, now);
  return made.length;
}

/** Tells the dispatcher to look at these. They have to be locked. */
export async function markDue({ sql }: Work, endpointIds: readonly string[], at: Date): Promise<void> {
  if (endpointIds.length === 0) return;
  await sql
    .updateTable('webhooks.endpoints')
    .set({ due_at: at })
    .where('id', 'in', [...endpointIds])
    .where((where) => where.or([where('due_at', 'is', null), where('due_at', '>', at)]))
    .execute();
}
