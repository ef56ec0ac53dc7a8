import { sql as raw } from 'kysely';
import type { Parts } from '../parts';

type Keeping = Pick<Parts, 'database' | 'config' | 'clock'>;

const BATCH = 1_000;
const BATCHES_A_ROUND = 50;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Takes away what is past its days, in batches that block nobody. Returns how many deliveries went. */
export async function removeOld({ database, config, clock }: Keeping): Promise<number> {
  const now = clock.now();
  const before = new Date(now.getTime() - config.WEBHOOK_KEEP_DAYS * DAY_MS);
  const deliveries = await inBatches(async () => {
    const { numAffectedRows } = await raw`
      delete from webhooks.deliveries where id in (
        select id from webhooks.deliveries where created_at < ${before}
        order by created_at limit ${BATCH} for update skip locked)`.execute(database.sql);
    return Number(numAffectedRows ?? 0);
  });
  // A while later, so that no delivery that is still there has lost its event.
  const eventsBefore = new Date(before.getTime() - HOUR_MS);
  if (deliveries < BATCH * BATCHES_A_ROUND) {
    await inBatches(async () => {
      const { numAffectedRows } = await raw`
        delete from webhooks.events where id in (
          select id from webhooks.events where created_at < ${eventsBefore}
          order by created_at limit ${BATCH} for update skip locked)`.execute(database.sql);
      return Number(numAffectedRows ?? 0);
    });
  }
  await database.sql.deleteFrom('webhooks.endpoint_secrets').where('expires_at', '<', now).execute();
  // Those of jobs are many, and have their log until it is too old.
  await removeEndpoints(database, 'endpoint', new Date(now.getTime() - HOUR_MS));
  await removeEndpoints(database, 'job', eventsBefore);
  return deliveries;
}

async function removeEndpoints(
  database: Keeping['database'],
  kind: 'endpoint' | 'job',
  before: Date,
): Promise<void> {
  await raw`
    delete from webhooks.endpoints as endpoint where endpoint.id in (
      select gone.id from webhooks.endpoints as gone
      where gone.kind = ${kind} and gone.deleted_at < ${before}
        and not exists (select from webhooks.deliveries where endpoint_id = gone.id)
      limit ${BATCH})`.execute(database.sql);
}

/**
 * What waits for an endpoint that is disabled or deleted does not wait any more; it is kept and can be sent again once the endpoint is enabled. Not in
 * the transaction that disables, since a million may wait. Returns how many there were.
 */
export async function stopWaiting({ database, clock }: Pick<Parts, 'database' | 'clock'>): Promise<number> {
  const now = clock.now();
  return inBatches(async () => {
    const { numAffectedRows } = await raw`
      update webhooks.deliveries as delivery
      set status = 'failed', next_try_at = null, claim_id = null, claimed_until = null,
        error = coalesce(delivery.error, 'The endpoint was disabled before this was sent; it can be sent again.')
      from (
        select waiting.id from webhooks.endpoints as endpoint
        cross join lateral (
          select id from webhooks.deliveries
          where endpoint_id = endpoint.id and status = 'pending'
            and (claimed_until is null or claimed_until < ${now})
          limit ${BATCH} for update skip locked
        ) as waiting
        where (endpoint.disabled_reason is not null or endpoint.deleted_at is not null)
          and endpoint.url <> 'https://none.invalid/'
        limit ${BATCH}
      ) as off
      where delivery.id = off.id`.execute(database.sql);
    return Number(numAffectedRows ?? 0);
  });
}

async function inBatches(batch: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (let round = 0; round < BATCHES_A_ROUND; round += 1) {
    const found = await batch();
    sum += found;
    if (found < BATCH) break;
  }
  return sum;
}
