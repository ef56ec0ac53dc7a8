import { sql } from 'kysely';
import type { assetsInUseRpc, RpcRequest, RpcResponse } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';

/** Of the jobs that use them, for people to read. */
const MOST_JOBS_TOLD = 20;

/** Which of these assets a job of their owner's that has not ended has as an input; nobody else's job can. By the index of open jobs. */
export async function assetsInUse(
  database: Database<JobsSchema>,
  { assets }: RpcRequest<typeof assetsInUseRpc>,
): Promise<RpcResponse<typeof assetsInUseRpc>> {
  const assetIds = assets.map(({ assetId }) => assetId);
  const owners = [...new Set(assets.map(({ ownerUserId }) => ownerUserId))];
  const { rows } = await sql<{ asset_id: string; job_id: string }>`
    SELECT input->>'assetId' AS asset_id, min(job.job_id::text) AS job_id
    FROM jobs.jobs AS job CROSS JOIN LATERAL jsonb_array_elements(job.request->'inputs') AS input
    WHERE job.finished_at IS NULL AND job.deleted_at IS NULL AND job.owner_user_id = ANY(${owners}::uuid[])
      AND input->>'assetId' = ANY(${assetIds}::text[])
    GROUP BY 1`.execute(database.sql);
  const jobIds = [...new Set(rows.map(({ job_id }) => job_id))].slice(0, MOST_JOBS_TOLD);
  return { inUse: rows.map(({ asset_id }) => asset_id), jobIds };
}
