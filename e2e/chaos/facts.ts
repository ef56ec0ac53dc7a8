import type { JobStatus } from '@shotloom/contracts';
import type { DeadMessage } from '@shotloom/bus';
import type { LoggedRequest, SentCallback, SimTask } from '@shotloom/vendor-simulators';
import type { Told } from './client';

export interface JobFact {
  readonly job_id: string;
  readonly owner_user_id: string;
  readonly status: JobStatus;
  readonly conditions: readonly string[];
  readonly version: number;
  readonly credits_held: number;
  readonly credits_captured: number;
  readonly deleted: boolean;
  readonly asset_id: string | null;
  readonly late_asset_id: string | null;
  /** The number of the order that it came from. */
  readonly order_number: number;
}

export interface AttemptFact {
  readonly attempt_id: string;
  readonly job_id: string;
  readonly provider: string;
  readonly status: string;
  readonly vendor_task_id: string | null;
  readonly price_credits: number;
  readonly error_code: string | null;
}

export interface AssetFact {
  readonly asset_id: string;
  readonly job_id: string;
  readonly attempt_id: string;
  readonly object_key: string;
  readonly poster_key: string | null;
  readonly deleted: boolean;
  readonly emptied: boolean;
}

export interface HoldFact {
  readonly id: string;
  readonly state: 'open' | 'captured' | 'released';
  readonly amount: number;
  readonly captured_amount: number;
  readonly resolutions: number;
}

export interface BalanceFact {
  readonly owner_id: string;
  readonly granted: number;
  readonly available: number;
  readonly held: number;
  readonly captured: number;
}

/** One event of the stream JOBS, in its order. */
export interface EventFact {
  readonly job_id: string;
  readonly version: number;
  readonly status: JobStatus;
  readonly late: boolean;
}

/** All that is known once everything is quiet. Plain data, so that the rules can be tried on what never was. */
export interface Facts {
  readonly told: readonly Told[];
  readonly jobs: readonly JobFact[];
  readonly attempts: readonly AttemptFact[];
  readonly assets: readonly AssetFact[];
  readonly holds: readonly HoldFact[];
  readonly balances: readonly BalanceFact[];
  readonly ledgerProblems: readonly string[];
  readonly events: readonly EventFact[];
  readonly tasks: readonly SimTask[];
  readonly requests: readonly LoggedRequest[];
  readonly callbacks: readonly SentCallback[];
  readonly simulatorFailures: number;
  readonly objects: readonly string[];
  readonly dead: readonly DeadMessage[];
  readonly deadOutbox: number;
  /** Of every completed job that was not deleted: what is wrong with its video, or null. */
  readonly videos: ReadonlyMap<string, string | null>;
}
