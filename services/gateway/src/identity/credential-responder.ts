import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { sql } from 'kysely';
import {
  endedCredentialsRpc,
  verifyCredentialRpc,
  type Principal,
  type RpcRequest,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { assertNever } from '@shotloom/kernel';
import { SessionVerifier } from '../auth/session-verifier';
import { BUS, DATABASE } from '../platform/parts';
import { Credentials } from './credentials';
import { Revocations } from './revocations';
import type { IdentityTables } from './schema/tables';
import { Tickets } from './tickets';

type Question = RpcRequest<typeof verifyCredentialRpc>;
type Held = RpcRequest<typeof endedCredentialsRpc>;

/** Lets notifier and storage ask who a credential belongs to, and whether what they hold on to is still good. */
@Injectable()
export class CredentialResponder implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly credentials: Credentials,
    private readonly tickets: Tickets,
    private readonly sessions: SessionVerifier,
    private readonly revocations: Revocations,
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
  ) {}

  onApplicationBootstrap(): void {
    this.revocations.onRevoked((revoked) => {
      this.credentials.cache.forget(revoked);
      this.sessions.cache.forget(revoked);
    });
    this.bus.respond(verifyCredentialRpc, async (question) => ({ principal: await this.verify(question) }));
    this.bus.respond(endedCredentialsRpc, async ({ sessionIds, keyIds }) => ({
      sessionIds: missing(sessionIds, await this.livingSessions(sessionIds)),
      keyIds: missing(keyIds, await this.livingKeys(keyIds)),
    }));
  }

  private verify({ kind, value }: Question): Promise<Principal | null> {
    switch (kind) {
      case 'api_key':
        return this.credentials.verifyApiKey(value);
      case 'session':
        return this.sessions.verify(value);
      case 'ticket':
        return this.tickets.redeem(value);
      default:
        return assertNever(kind, 'kind of credential');
    }
  }

  private async livingSessions(ids: Held['sessionIds']): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.sql
      .selectFrom('identity.sessions as session')
      .innerJoin('identity.users as user', 'user.id', 'session.user_id')
      .innerJoin('identity.accounts as account', 'account.id', 'user.account_id')
      .select('session.id')
      .where('session.id', 'in', ids)
      .where('session.revoked_at', 'is', null)
      .where('session.expires_at', '>', sql<Date>`now()`)
      .where('user.disabled_at', 'is', null)
      .where('account.disabled_at', 'is', null)
      .execute();
    return rows.map(({ id }) => id);
  }

  private async livingKeys(ids: Held['keyIds']): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.sql
      .selectFrom('identity.api_keys as key')
      .innerJoin('identity.users as user', 'user.id', 'key.owner_user_id')
      .innerJoin('identity.accounts as account', 'account.id', 'key.account_id')
      .select('key.id')
      .where('key.id', 'in', ids)
      .where('key.revoked_at', 'is', null)
      .where((where) =>
        where.or([where('key.expires_at', 'is', null), where('key.expires_at', '>', sql<Date>`now()`)]),
      )
      .where('user.disabled_at', 'is', null)
      .where('account.disabled_at', 'is', null)
      .execute();
    return rows.map(({ id }) => id);
  }
}

function missing(asked: readonly string[], living: readonly string[]): string[] {
  const found = new Set(living);
  return asked.filter((id) => !found.has(id));
}
