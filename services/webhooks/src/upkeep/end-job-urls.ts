import { sql as raw } from 'kysely';
import { NO_URL } from '../endpoints/job-urls';
import type { Parts } from '../parts';

const BATCH = 1_000;
/** After the end of a job and its last call: for a late result, and for whoever sends something again. Milliseconds. */
const KEPT_MS = 3_600_000;
/** A job that was never heard of was not accepted. Milliseconds. */
const UNHEARD_MS = 86_400_000;

/** Forgets the URLs of jobs that are over and told. What was sent stays in the log. Returns how many ended. */
export async function endJobUrls({ database, clock }: Pick<Parts, 'database' | 'clock'>): Promise<number> {
  const now = clock.now();
  const { numAffectedRows } = await raw`
    update webhooks.endpoints as endpoint
    set deleted_at = ${now}, url = ${NO_URL}, due_at = null
    where endpoint.id in (
      select over.id from webhooks.endpoints as over
      where over.kind = 'job' and over.deleted_at is null
        and over.created_at < ${new Date(now.getTime() - KEPT_MS)}
        and (over.ended_at < ${new Date(now.getTime() - KEPT_MS)}
          or (over.created_at < ${new Date(now.getTime() - UNHEARD_MS)}
            and not exists (select from webhooks.deliveries where endpoint_id = over.id)))
        and not exists (
          select from webhooks.deliveries where endpoint_id = over.id and status = 'pending'
            or endpoint_id = over.id and last_tried_at > ${new Date(now.getTime() - KEPT_MS)})
      order by over.created_at limit ${BATCH} for no key update skip locked)`.execute(database.sql);
  return Number(numAffectedRows ?? 0);
}
