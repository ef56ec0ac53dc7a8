import { userOfJobs } from '@shotloom/contracts';
import { GroupQueue } from '@shotloom/kernel';
import { sql } from 'kysely';
import type { Parts } from '../parts';

/** Every change of every job comes by here, and most people have no endpoint: these are asked about together. */
const LOOKS = { groups: 2, items: 500, pace: { leastMs: 20, mostMs: 20 } };

/**
 * Whether anybody is told of the jobs of a user. An endpoint whose making was answered before a change was committed is always seen;
 * one that is made at the same moment may miss it, as it may have missed the change by being made later.
 */
export function receivingUsers({ database }: Pick<Parts, 'database'>): (subject: string) => Promise<boolean> {
  const looks = new GroupQueue<string, boolean>(LOOKS, async (userIds) => {
    const rows = await database.sql
      .selectFrom('webhooks.endpoints')
      .select('owner_user_id')
      .distinct()
      .where(sql<boolean>`owner_user_id = any(${[...new Set(userIds)]}::uuid[])`)
      .where('deleted_at', 'is', null)
      .where('kind', '!=', 'signer')
      .execute();
    const receiving = new Set(rows.map(({ owner_user_id }) => owner_user_id));
    return userIds.map((userId) => receiving.has(userId));
  });
  return (subject) => looks.add(userOfJobs(subject));
}
