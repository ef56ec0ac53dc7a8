import type { Bus } from '@shotloom/bus';
import type { Catalogue } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Clock } from '@shotloom/kernel';
import type { ObjectStore } from '@shotloom/object-store';
import type { HealthRegistry, Logger, MetricsRegistry } from '@shotloom/service-kit';
import type { Config } from '../config';
import type { IdentityTables } from '../identity/schema/tables';

/** What the gateway is built from; made by `main.ts`, or by a test. */
export interface GatewayParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly health: HealthRegistry;
  readonly bus: Bus;
  readonly database: Database<IdentityTables>;
  readonly objectStore: ObjectStore;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

/** Tokens under which the parts are injected: they are interfaces, so they have no class to be found by. */
export const CONFIG = Symbol('config');
export const LOGGER = Symbol('logger');
export const METRICS = Symbol('metrics');
export const HEALTH = Symbol('health');
export const BUS = Symbol('bus');
export const DATABASE = Symbol('database');
export const OBJECT_STORE = Symbol('object store');
export const CATALOGUE = Symbol('catalogue');
export const CLOCK = Symbol('clock');
