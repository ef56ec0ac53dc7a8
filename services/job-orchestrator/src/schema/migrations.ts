import type { MigrationSet } from '@shotloom/database';
import { createJobsMigration } from './0001-create-jobs';
import { addVendorAttemptsMigration } from './0002-vendor-attempts';
import { addSchedulerMigration } from './0003-scheduler';
import { countDenialsMigration } from './0004-count-denials';
import { indexOpenJobsMigration } from './0005-open-jobs-by-owner';
import { addExpectMigration } from './0006-expect';
import { limitUsersMigration } from './0007-limit-users';
import { addOwnKeysAndSpendMigration } from './0008-own-keys-and-spend';
import { versionLimitsMigration } from './0009-version-limits';
import { limitCreatesMigration } from './0010-limit-creates';
import { addDraftsAndSetsMigration } from './0011-drafts-and-sets';
import { userLogAndBatchesMigration } from './0012-user-log-and-batches';
import { indexListedJobsMigration } from './0013-index-listed-jobs';
import { tasksOfAKeyMigration } from './0014-tasks-of-a-key';

export const SCHEMA = 'jobs';

export const jobsMigrations: MigrationSet = {
  schema: SCHEMA,
  migrations: {
    '0001-create-jobs': createJobsMigration,
    '0002-vendor-attempts': addVendorAttemptsMigration,
    '0003-scheduler': addSchedulerMigration,
    '0004-count-denials': countDenialsMigration,
    '0005-open-jobs-by-owner': indexOpenJobsMigration,
    '0006-expect': addExpectMigration,
    '0007-limit-users': limitUsersMigration,
    '0008-own-keys-and-spend': addOwnKeysAndSpendMigration,
    '0009-version-limits': versionLimitsMigration,
    '0010-limit-creates': limitCreatesMigration,
    '0011-drafts-and-sets': addDraftsAndSetsMigration,
    '0012-user-log-and-batches': userLogAndBatchesMigration,
    '0013-index-listed-jobs': indexListedJobsMigration,
    '0014-tasks-of-a-key': tasksOfAKeyMigration,
  },
};
