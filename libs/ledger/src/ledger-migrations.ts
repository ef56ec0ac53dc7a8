import type { MigrationSet } from '@shotloom/database';
import { createTables } from './migrations/0001-create-tables';
import { createPostingFunctions } from './migrations/0002-create-posting-functions';
import { createHoldFunctions } from './migrations/0003-create-hold-functions';
import { createBatchHold } from './migrations/0004-create-batch-hold';
import { closeToPublic } from './migrations/0005-close-to-public';
import { createBatchResolution } from './migrations/0006-create-batch-resolution';
import { createBudgets } from './migrations/0007-create-budgets';
import { countBudgetsInHolds } from './migrations/0008-count-budgets-in-holds';
import { countBudgetsInBatchHolds } from './migrations/0009-count-budgets-in-batch-holds';
import { returnBudgetsInBatchResolutions } from './migrations/0010-return-budgets-in-batch-resolutions';
import { indexOwners } from './migrations/0011-index-owners';
import { expectSmallBatches } from './migrations/0012-expect-small-batches';
import { resolveAllAtOnce } from './migrations/0013-resolve-all';
import { shortWayForOne } from './migrations/0014-short-way-for-one';
import { planOnce } from './migrations/0015-plan-once';
import { payDebtsFromReturns } from './migrations/0016-pay-debts-from-returns';

/** The schema `ledger`. Run by whoever owns the database; services then need `grantLedgerAccess`. */
export const ledgerMigrations: MigrationSet = {
  schema: 'ledger',
  migrations: {
    '0001-create-tables': createTables,
    '0002-create-posting-functions': createPostingFunctions,
    '0003-create-hold-functions': createHoldFunctions,
    '0004-create-batch-hold': createBatchHold,
    '0005-close-to-public': closeToPublic,
    '0006-create-batch-resolution': createBatchResolution,
    '0007-create-budgets': createBudgets,
    '0008-count-budgets-in-holds': countBudgetsInHolds,
    '0009-count-budgets-in-batch-holds': countBudgetsInBatchHolds,
    '0010-return-budgets-in-batch-resolutions': returnBudgetsInBatchResolutions,
    '0011-index-owners': indexOwners,
    '0012-expect-small-batches': expectSmallBatches,
    '0013-resolve-all': resolveAllAtOnce,
    '0014-short-way-for-one': shortWayForOne,
    '0015-plan-once': planOnce,
    '0016-pay-debts-from-returns': payDebtsFromReturns,
  },
};
