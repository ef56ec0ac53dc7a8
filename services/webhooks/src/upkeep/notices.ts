import { webhookDisabledNoticeRpc } from '@shotloom/contracts';
import type { Parts } from '../parts';

const A_ROUND = 50;

/**
 * Tells the gateway, which owns the queue of mails, of endpoints that were disabled. The row remembers it until the gateway has taken it, and the
 * gateway takes each notice once. Returns how many were told.
 */
export async function tellDisabled({
  database,
  bus,
  config,
}: Pick<Parts, 'database' | 'bus' | 'config'>): Promise<number> {
  const rows = await database.sql
    .selectFrom('webhooks.endpoints')
    .selectAll()
    .where('notice_id', 'is not', null)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .limit(A_ROUND)
    .execute();
  for (const row of rows) {
    const { id, notice_id: noticeId, disabled_reason: reason } = row;
    if (noticeId === null || reason === null) continue;
    await bus.request(webhookDisabledNoticeRpc, {
      ...{ noticeId, reason, webhookId: id, userId: row.owner_user_id, accountId: row.account_id },
      ...{ url: row.url, failingSince: row.failing_since?.toISOString() ?? null },
      keptDays: config.WEBHOOK_KEEP_DAYS,
    });
    await database.sql
      .updateTable('webhooks.endpoints')
      .set({ notice_id: null })
      .where('id', '=', id)
      .where('notice_id', '=', noticeId)
      .execute();
  }
  return rows.length;
}
