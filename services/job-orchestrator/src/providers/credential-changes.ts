import { sql } from 'kysely';
import type { CredentialRef, RpcRequest, credentialChangedRpc } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Orchestrator } from '../app.tokens';
import { resetBreaker } from '../breaker/breakers';
import { openLane } from '../scheduler/lanes';
import type { JobsSchema } from '../schema/tables';

type Change = RpcRequest<typeof credentialChangedRpc>;

/** A key that is new or renewed works again at once, and whoever waited for one is looked at. */
export async function noteCredentialChange(
  { database, credentials, scheduler }: Pick<Orchestrator, 'database' | 'credentials' | 'scheduler'>,
  { provider, credentialId, ownerUserId, renewed }: Change,
): Promise<void> {
  await database.run(async (tx) => {
    if (renewed) await resetBreaker(tx.sql, provider, credentialId);
    // A lane without a job goes back to rest by itself.
    if (ownerUserId !== null) await openLane(tx, { provider, ownerUserId, weight: 1, ownKey: true });
  });
  credentials.forget(provider);
  await credentials.renewed(provider);
  scheduler.wake(provider);
}

/** Which of these versions are still needed: by attempts under way, or to look for what may come late. */
export async function credentialsInUse(
  database: Database<JobsSchema>,
  refs: readonly CredentialRef[],
): Promise<CredentialRef[]> {
  if (refs.length === 0) return [];
  const { rows } = await sql<CredentialRef>`
    SELECT wanted.id, wanted.version
    FROM unnest(${refs.map(({ id }) => id)}::uuid[], ${refs.map(({ version }) => version)}::int[]) AS wanted (id, version)
    WHERE EXISTS (SELECT FROM jobs.attempts WHERE credential_id = wanted.id AND credential_version = wanted.version
        AND finished_at IS NULL)
      OR EXISTS (SELECT FROM jobs.timers WHERE credential_id = wanted.id AND credential_version = wanted.version)`.execute(
    database.sql,
  );
  return rows;
}
