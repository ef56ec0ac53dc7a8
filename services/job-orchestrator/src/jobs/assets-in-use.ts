import { sql } from 'kysely';
import type { assetsInUseRpc, RpcRequest } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';

/** Which of these assets a job of their owner's that has not ended has as an input; nobody else's job can. By the index of open jobs. */
export async function assetsInUse(
  database: Database<JobsSchema>,
  { assets }: RpcRequest<typeof assetsInUseRpc>,
): Promise<string[]> {
  const assetIds = assets.map(({ assetId }) => assetId);
  const owners = [...new Set(assets.map(({ ownerUserId }) => ownerUserId))];
  const { rows } = await sql<{ asset_id: string }>`
    SELECT DISTINCT input->>'assetId' AS asset_id
    FROM jobs.jobs AS job CROSS JOIN LATERAL jsonb_array_elements(job.request->'inputs') AS input
    WHERE job.finished_at IS NULL AND job.deleted_at IS NULL AND job.owner_user_id = ANY(${owners}::uuid[])
      AND input->>'assetId' = ANY(${assetIds}::text[])`.execute(database.sql);
  return rows.map(({ asset_id }) => asset_id);
}
