export { ledgerMigrations } from './ledger-migrations';
export { grantLedgerAccess } from './access';
export type { LedgerExecutor } from './executor';
export { openLedgerAccount } from './accounts';
export { chargeBack, expireLots, grant, type ChargeBackResult, type GrantResult } from './grants';
export {
  hold,
  holdMany,
  manyHolds,
  splitHold,
  type HoldRequest,
  type HoldResult,
  type SplitResult,
} from './holds';
export { readBudget, type HoldBudget } from './budgets';
export { capture, release, type CaptureResult, type HoldResolution, type ReleaseResult } from './resolutions';
export { resolveAll, resolveMany, type ResolveItem, type ResolveItemResult } from './batch-resolutions';
export { getAvailable, getBalance, listOverdueHolds, type Balance, type OverdueHold } from './balances';
export { getOwed, listLots, type Lot } from './lots';
export { listTransactions, type LedgerTransaction, type TransactionKind } from './transactions';
export { readHoldHistory, readHolds, type HoldHistory, type HoldState } from './hold-history';
export { checkInvariants, checkInvariantsPage, skipInvariantsPage, type InvariantsPage } from './invariants';
