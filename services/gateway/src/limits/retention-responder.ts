import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { accountRetentionRpc, type RpcResponse } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { isId } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';
import { BUS, DATABASE } from '../platform/parts';

/** Lets storage ask for how long accounts that it was never told of keep what is theirs. */
@Injectable()
export class RetentionResponder implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
  ) {}

  onApplicationBootstrap(): void {
    this.bus.respond(accountRetentionRpc, async ({ accountIds }) => ({
      accounts: await this.retentionOf(accountIds.filter(isId)),
    }));
  }

  private async retentionOf(
    accountIds: readonly string[],
  ): Promise<RpcResponse<typeof accountRetentionRpc>['accounts']> {
    if (accountIds.length === 0) return [];
    const rows = await this.database.sql
      .selectFrom('identity.accounts as account')
      .innerJoin('identity.plans as plan', 'plan.id', 'account.plan_id')
      .select(['account.id', 'account.limits_version as account_version'])
      .select(['plan.id as plan_id', 'plan.limits_version as version', 'plan.retention_days'])
      .where('account.id', 'in', accountIds)
      .execute();
    return rows.map((row) => ({
      accountId: row.id,
      accountVersion: Number(row.account_version),
      planId: row.plan_id,
      version: Number(row.version),
      retentionDays: row.retention_days,
    }));
  }
}
