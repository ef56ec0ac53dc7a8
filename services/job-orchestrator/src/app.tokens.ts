import type { Catalogue } from '@shotloom/contracts';
import type { Bus } from '@shotloom/bus';
import type { Database, TransactionQueue } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { AttemptRefs } from './attempts/attempt-ref';
import type { Beginner, SubmitSettings } from './attempts/begin-submit';
import type { KnownAttempts } from './attempts/known-attempts';
import type { VendorHealth } from './attempts/vendor-health';
import type { ChangeMetrics } from './changes/change-metrics';
import type { Config } from './config';
import type { ModelClock } from './models/model-clock';
import type { OrchestratorMetrics } from './metrics';
import type { GatewayFeed } from './models/gateway-feed';
import type { CredentialDirectory } from './scheduler/credential-directory';
import type { Scheduler } from './scheduler/scheduler';
import type { JobsSchema } from './schema/tables';

/** Everything the controllers work with; made once in `main`. */
export interface Orchestrator {
  readonly config: Config;
  readonly bus: Bus;
  readonly database: Database<JobsSchema>;
  /** Changes of single jobs, which share transactions when many come at once. Each needs its attempt's id. */
  readonly changes: TransactionQueue<JobsSchema, string>;
  /** Fences; apart from the changes, since they lock attempts without their jobs. */
  readonly begins: TransactionQueue<JobsSchema, Beginner>;
  readonly refs: AttemptRefs;
  readonly known: KnownAttempts;
  readonly catalogue: Catalogue;
  readonly scheduler: Scheduler;
  readonly credentials: CredentialDirectory;
  readonly feed: GatewayFeed;
  readonly models: ModelClock;
  readonly health: VendorHealth;
  readonly submits: SubmitSettings;
  readonly metrics: OrchestratorMetrics;
  /** What is counted when a transaction has been committed. */
  readonly counted: ChangeMetrics;
  readonly logger: Logger;
}

/** Nest's name for it. */
export const ORCHESTRATOR = Symbol('Orchestrator');
