import { sql as raw } from 'kysely';
import type { Parts } from '../parts';

const ENDPOINTS = 1_000;
const EACH = 100;

/** How much waits for a call whose time has come, and for how long. It looks at the endpoints that are due and reads a bounded number of rows. */
export async function measureQueue({
  database,
  clock,
  metrics,
}: Pick<Parts, 'database' | 'clock' | 'metrics'>): Promise<void> {
  const now = clock.now();
  const { rows } = await raw<{ depth: string; oldest: Date | null }>`
    select coalesce(sum(waiting.count), 0) as depth, min(waiting.oldest) as oldest
    from (
      select id from webhooks.endpoints
      where due_at is not null and disabled_reason is null and deleted_at is null
      order by due_at limit ${ENDPOINTS}
    ) as endpoint
    cross join lateral (
      select count(*) as count, min(next_try_at) as oldest from (
        select next_try_at from webhooks.deliveries
        where endpoint_id = endpoint.id and status = 'pending' and next_try_at <= ${now}
        order by next_try_at limit ${EACH}
      ) as due
    ) as waiting`.execute(database.sql);
  const [{ depth, oldest } = { depth: '0', oldest: null }] = rows;
  metrics.queue({
    depth: Number(depth),
    oldestSeconds: oldest === null ? 0 : Math.max(0, (now.getTime() - oldest.getTime()) / 1_000),
  });
}
