import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  availableCreditsRpc,
  creditsChangedV1,
  subjects,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import { getAvailable } from '@shotloom/ledger';
import type { IdentityTables } from '../identity/schema/tables';
import { BUS, DATABASE } from '../platform/parts';

type Holders = RpcRequest<typeof availableCreditsRpc>['holders'];
type Balances = RpcResponse<typeof availableCreditsRpc>['balances'];

/** Tells, once the transaction is there, that these have another sum to spend, so that whoever shows it asks again. */
export function tellCredits(
  bus: Pick<Bus, 'emit'>,
  work: Pick<UnitOfWork<IdentityTables>, 'afterCommit'>,
  changed: { readonly accountIds?: readonly string[]; readonly userIds?: readonly string[] },
): void {
  const { accountIds = [], userIds = [] } = changed;
  const payload = { accountIds: [...accountIds], userIds: [...userIds] };
  work.afterCommit(() =>
    bus.emit(creditsChangedV1, payload, { subject: subjects.creditsChanged, correlationId: newId() }),
  );
}

/** Lets notifier ask what those who watch can spend, many in one question. */
@Injectable()
export class CreditNews implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
  ) {}

  onApplicationBootstrap(): void {
    this.bus.respond(availableCreditsRpc, async ({ holders }) => ({ balances: await this.of(holders) }));
  }

  private async of(holders: Holders): Promise<Balances> {
    const payers = await this.payersOf(holders);
    const available = await getAvailable(this.database.sql, [...new Set(payers.values())]);
    return holders.map(({ userId, keyId }) => {
      const accountId = payers.get(keyId ?? userId);
      return accountId === undefined ? null : { accountId, available: available.get(accountId) ?? 0 };
    });
  }

  /** Of a key its account, else the account that pays for the person now; by the id of the key or the person. */
  private async payersOf(holders: Holders): Promise<ReadonlyMap<string, string>> {
    const keyIds = holders.flatMap(({ keyId }) => (keyId === null ? [] : [keyId]));
    const userIds = holders.flatMap(({ keyId, userId }) => (keyId === null ? [userId] : []));
    const { sql } = this.database;
    const [keys, users] = await Promise.all([
      keyIds.length === 0
        ? []
        : sql
            .selectFrom('identity.api_keys')
            .select(['id', 'account_id'])
            .where('id', 'in', keyIds)
            .where('revoked_at', 'is', null)
            .execute(),
      userIds.length === 0
        ? []
        : sql
            .selectFrom('identity.users')
            .select(['id', 'account_id'])
            .where('id', 'in', userIds)
            .where('disabled_at', 'is', null)
            .execute(),
    ]);
    return new Map([...keys, ...users].map(({ id, account_id }) => [id, account_id]));
  }
}
