import { newId } from '@shotloom/kernel';
import { ownEvent } from '../events/event-body';
import { lockEndpoints, recordEvent } from '../events/record-event';
import type { Parts } from '../parts';

/** So many calls at least have to have failed, however long ago the first was: two in a quiet week say little. */
export const FEWEST_FAILURES = 10;

/**
 * Disables an endpoint for its answers. Its owner gets a mail (see `Notices`), and the owner's other endpoints the event `webhook.disabled`. Returns
 * whether it was enabled until now.
 */
export async function disableEndpoint(
  { database, clock }: Pick<Parts, 'database' | 'clock'>,
  endpointId: string,
  reason: 'failing' | 'gone',
): Promise<boolean> {
  return database.run(async (work) => {
    const { sql } = work;
    const found = await sql
      .selectFrom('webhooks.endpoints')
      .select(['owner_user_id as userId', 'account_id as accountId', 'kind'])
      .where('id', '=', endpointId)
      .executeTakeFirst();
    if (!found) return false;
    await lockEndpoints(work, found, endpointId);
    const now = clock.now();
    const row = await sql
      .updateTable('webhooks.endpoints')
      .set({
        disabled_reason: reason,
        disabled_at: now,
        due_at: null,
        notice_id: found.kind === 'endpoint' ? newId() : null,
      })
      .where('id', '=', endpointId)
      .where('disabled_reason', 'is', null)
      .where('deleted_at', 'is', null)
      .returning(['url', 'failing_since'])
      .executeTakeFirst();
    if (!row) return false;
    const event = ownEvent('webhook.disabled', now, {
      ...{ webhook_id: endpointId, url: row.url, reason },
      failing_since: row.failing_since?.toISOString() ?? null,
    });
    await recordEvent(work, found, event, { now, except: endpointId });
    return true;
  });
}
