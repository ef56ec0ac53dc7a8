import type { Bus } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import type { GuardedSender } from '@shotloom/guarded-http';
import type { Clock } from '@shotloom/kernel';
import type { KeyRing } from '@shotloom/sealing';
import type { Logger } from '@shotloom/service-kit';
import type { Config } from './config';
import type { WebhookMetrics } from './metrics';
import type { WebhookTables } from './schema/tables';

/** What the service is built from. */
export interface Parts {
  readonly config: Config;
  readonly database: Database<WebhookTables>;
  readonly bus: Bus;
  /** The only way to endpoints. */
  readonly sender: GuardedSender;
  /** Null where the operator has configured no key to seal secrets with: then no endpoint can be made. */
  readonly keys: KeyRing | null;
  /** Replicas' clocks may differ by less than the time that a claim lasts beyond its call. */
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: WebhookMetrics;
}

/** Whose endpoints. Each has one owner, in one account; everybody else finds nothing. */
export interface Owner {
  readonly userId: string;
  readonly accountId: string;
}
