import { Inject, Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type {
  CreditsSummary,
  CreditTransactionPage,
  CreditTransactionsQuery,
  Principal,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError, type Clock } from '@shotloom/kernel';
import { getBalance, getOwed, listLots, listTransactions, readBudget } from '@shotloom/ledger';
import { membershipOf } from '../accounts/membership';
import type { IdentityTables } from '../identity/schema/tables';
import { AccountLimits } from '../limits/account-limits';
import { budgetsOf } from '../limits/month';
import { CLOCK, DATABASE } from '../platform/parts';
import { toCreditTransaction } from './transaction-words';

const MOST_LOTS = 20;

/** What the caller's account has, and what became of it. */
@Injectable()
export class Credits {
  private readonly sql: Kysely<IdentityTables>;

  constructor(
    @Inject(DATABASE) database: Database<IdentityTables>,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly limits: AccountLimits,
  ) {
    this.sql = database.sql;
  }

  async summary(principal: Principal): Promise<CreditsSummary> {
    const { accountId } = principal;
    const [{ available, held }, owed, lots, budgets] = await Promise.all([
      getBalance(this.sql, accountId),
      getOwed(this.sql, accountId),
      listLots(this.sql, accountId, { limit: MOST_LOTS }),
      this.budgets(principal),
    ]);
    return {
      available,
      held,
      owed,
      lots: lots.map(({ remaining, reason, expiresAt }) => ({
        credits: remaining,
        reason,
        expires_at: expiresAt?.toISOString() ?? null,
      })),
      budgets,
    };
  }

  /** What the caller could pay with now: the balance, and what the monthly limits leave of it. */
  async affordable(principal: Principal): Promise<{ available: number; most: number }> {
    const [{ available }, budgets] = await Promise.all([
      getBalance(this.sql, principal.accountId),
      this.budgets(principal),
    ]);
    const most = Math.min(available, ...budgets.map(({ limit, used }) => Math.max(0, limit - used)));
    return { available, most };
  }

  /** Newest first. In an organisation only for those who run it: it tells of everybody's jobs. */
  async transactions(
    principal: Principal,
    { limit, cursor }: CreditTransactionsQuery,
  ): Promise<CreditTransactionPage> {
    const { role } = await membershipOf(this.sql, principal.accountId, principal.userId);
    if (role === 'member') {
      throw new AppError(
        'forbidden',
        'Only owners and admins of the account see its history; ask one of them.',
      );
    }
    const { items, nextCursor } = await listTransactions(this.sql, principal.accountId, { limit, cursor });
    return { data: items.map(toCreditTransaction), next_cursor: nextCursor };
  }

  private async budgets(principal: Principal): Promise<CreditsSummary['budgets']> {
    const limits = await this.limits.of(principal);
    return Promise.all(
      budgetsOf(principal, limits, this.clock.now()).map(async ({ key, period, limit }) => {
        const { spent } = await readBudget(this.sql, key, period);
        return {
          kind: key.startsWith('member:') ? ('member' as const) : ('api_key' as const),
          period,
          limit,
          used: spent,
        };
      }),
    );
  }
}
