import type { ColumnType, Generated } from 'kysely';
import type { BatchOrder } from '@shotloom/contracts';

/** `jobs.batches`: orders that are accepted together. */
export interface BatchesTable {
  batch_id: string;
  owner_user_id: string;
  account_id: string;
  name: string | null;
  created_at: Generated<Date>;
  /** Null while its rows are still being collected; forgotten where they never are. */
  accepted_at: Date | null;
}

/** `jobs.batch_rows`: one order of a batch, and the jobs that it becomes. */
export interface BatchRowsTable {
  batch_id: string;
  /** From 0. */
  row_no: number;
  /** The caller's own name for it. */
  key: string | null;
  job_ids: string[];
  ordered: ColumnType<BatchOrder | null, string | null, null>;
}
