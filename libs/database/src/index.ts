export { arrayOf, type ElementType } from './array-of';
export { openDatabase, type OpenDatabaseOptions } from './open-database';
export {
  openServiceDatabase,
  type DatabaseConfig,
  type ServiceDatabaseOptions,
} from './open-service-database';
export type { Database, GatheredWrite, OutboxMessage, UnitOfWork } from './database';
export { TransactionQueue, type QueuedWork, type TransactionQueueOptions } from './transaction-queue';
export { grantSchemaAccess } from './grant-access';
export { migrate, pendingMigrations, type MigrationTarget } from './migrate';
export { runMigrations, type MigrationsOfService } from './run-migrations';
export { whenReachable } from './when-reachable';
export { ensureRoles, type RoleSpec } from './roles';
export type { AppliedMigration, Migration, MigrationSet } from './migration-set';
export { createOutboxAndInbox } from './outbox-schema';
export { OUTBOX_PARTITIONS, partitionOf } from './outbox-partition';
export { OutboxRelay, type OutboxRelayOptions } from './outbox-relay';
export { listDeadOutbox, replayDeadOutbox, type DeadOutboxMessage } from './dead-outbox';
export { once } from './inbox';
export { describeSchema, type SchemaDescription, type TableDescription } from './describe-schema';
export { findDrift } from './schema-drift';
export { checkSchemaSnapshot } from './schema-snapshot';
export { decodeCursor, encodeCursor, type CursorPosition } from './cursor';
export { clockOnce } from './clock';
export { after, exactly } from './keyset';
