import { userOfJobs } from '@shotloom/contracts';
import { arrayOf, type Database } from '@shotloom/database';
import { GroupQueue } from '@shotloom/kernel';
import { sql } from 'kysely';
import type { Parts } from '../parts';
import type { WebhookTables } from '../schema/tables';

/** Every change of every job comes by here, and most people have no endpoint: these are asked about together. */
const LOOKS = { groups: 2, items: 500, pace: { leastMs: 20, mostMs: 20 } };

/**
 * Whether anybody is told of the jobs of a user. An endpoint whose making was answered before a change was committed is always seen;
 * one that is made at the same moment may miss it, as it may have missed the change by being made later.
 */
export function receivingUsers({ database }: Pick<Parts, 'database'>): (subject: string) => Promise<boolean> {
  const looks = new GroupQueue<string, boolean>(LOOKS, async (userIds) => {
    const receiving = new Set(await receiversAmong(database.sql, [...new Set(userIds)]));
    return userIds.map((userId) => receiving.has(userId));
  });
  return (subject) => looks.add(userOfJobs(subject));
}

/** One probe a user, in the order of the index: somebody may have a hundred thousand URLs of single jobs. */
export async function receiversAmong(
  db: Database<WebhookTables>['sql'],
  userIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select asked.id from unnest(${arrayOf(userIds, 'uuid')}) as asked (id)
    cross join lateral (
      select from webhooks.endpoints
      where owner_user_id = asked.id and deleted_at is null and kind <> 'signer'
      order by account_id, id limit 1
    ) as one`.execute(db);
  return rows.map(({ id }) => id);
}
