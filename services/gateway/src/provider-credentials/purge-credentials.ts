import { sql as raw } from 'kysely';
import type { Bus } from '@shotloom/bus';
import { credentialUseRpc } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { IdentityTables } from '../identity/schema/tables';

const BATCH = 200;
/** A job may be pinned to a version in the moment in which another replaces it. Minutes. */
const GRACE_MINUTES = 60;

type Superseded = Readonly<Record<'id', string> & Record<'version', number>>;

/**
 * Removes secrets that were replaced or taken away and that no attempt and no look at a vendor needs any more. Answers how many; a
 * round does a bounded piece. Throws where job-orchestrator cannot say what is needed: then nothing is removed.
 */
export async function purgeCredentials(database: Database<IdentityTables>, bus: Bus): Promise<number> {
  const { rows } = await raw<Superseded>`
    select sealed.credential_id as id, sealed.version
    from identity.provider_credential_versions sealed
    join identity.provider_credentials credential on credential.id = sealed.credential_id
    where (sealed.version < credential.current_version or credential.deleted_at is not null)
      and credential.updated_at < now() - make_interval(mins => ${GRACE_MINUTES})
    order by sealed.created_at limit ${BATCH}`.execute(database.sql);
  if (rows.length === 0) return 0;
  const { used } = await bus.request(credentialUseRpc, {
    credentials: rows.map(({ id, version }) => ({ id, version })),
  });
  const needed = new Set(used.map(({ id, version }) => `${id}:${version}`));
  const gone = rows.filter(({ id, version }) => !needed.has(`${id}:${version}`));
  if (gone.length === 0) return 0;
  // Looked at again under the lock of the statement: one that came back meanwhile keeps its secrets.
  const removed = await raw`
    delete from identity.provider_credential_versions sealed
    using identity.provider_credentials credential,
      unnest(${gone.map(({ id }) => id)}::uuid[], ${gone.map(({ version }) => version)}::int[]) as gone (id, version)
    where sealed.credential_id = gone.id and sealed.version = gone.version and credential.id = gone.id
      and (sealed.version < credential.current_version or credential.deleted_at is not null)`.execute(
    database.sql,
  );
  return Number(removed.numAffectedRows ?? 0n);
}
