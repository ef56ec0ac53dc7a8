import { Inject, Injectable } from '@nestjs/common';
import { sql as raw } from 'kysely';
import {
  balanceRpc,
  testConnectionRpc,
  type BalanceResource,
  type ConnectionReportResource,
  type CredentialRef,
  type Principal,
  type ProviderConfig,
  type SaveProviderConfig,
} from '@shotloom/contracts';
import type { Bus } from '@shotloom/bus';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit, type Actor } from '../audit/audit-log';
import type { IdentityTables } from '../identity/schema/tables';
import { BUS, DATABASE } from '../platform/parts';
import { Settings } from '../platform/settings';
import {
  saveCredential,
  type CredentialChange,
  type CredentialContent,
} from '../provider-credentials/save-credential';
import { maskFields, unmaskFields } from '../provider-credentials/shown-credential';
import { Vault } from '../provider-credentials/vault';
import { checkBaseUrl } from './base-url';

/** A user has one key at a provider; it needs no name of its own. */
const OWN = 'own';

type Tx = UnitOfWork<IdentityTables>['sql'];
interface OwnRow {
  readonly id: string;
  readonly version: number;
  readonly enabled: boolean;
  readonly updatedAt: Date;
}

/** A user's own key and settings at a provider. Another user's are never looked at: every question names the owner. */
@Injectable()
export class ProviderConfigs {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(BUS) private readonly bus: Bus,
    private readonly settings: Settings,
    private readonly vault: Vault,
  ) {}

  async show(providerId: string, { userId }: Principal): Promise<ProviderConfig> {
    const provider = this.vault.provider(providerId);
    const { sql } = this.database;
    const own = await findOwn(sql, userId, provider);
    const opened = own && this.vault.isUsable() ? await this.vault.open(sql, own.id) : null;
    const liked = await sql
      .selectFrom('identity.provider_preferences')
      .select('settings')
      .where('user_id', '=', userId)
      .where('provider', '=', provider)
      .executeTakeFirst();
    const { user_credentials, user_base_urls, own_key_fee_credits } = await this.settings.current();
    return {
      provider,
      own_key: own
        ? {
            fields: opened ? maskFields(opened.fields) : {},
            base_url: opened?.baseUrl ?? null,
            enabled: own.enabled,
            updated_at: own.updatedAt.toISOString(),
          }
        : null,
      settings: liked?.settings ?? {},
      own_keys_allowed: user_credentials && this.vault.isUsable(),
      allowed_base_urls: user_base_urls,
      own_key_fee_credits,
    };
  }

  /** Throws `invalid_input` for a mask of another secret or an address that is not allowed, `conflict` where there is no key to change. */
  async save(
    providerId: string,
    body: SaveProviderConfig,
    principal: Principal,
    actor: Actor,
  ): Promise<ProviderConfig> {
    const provider = this.vault.provider(providerId);
    checkLikedModel(provider, body.settings?.model);
    const change = await this.database.run(async ({ sql }) => {
      if (body.settings !== undefined) await saveSettings(sql, principal.userId, provider, body.settings);
      return this.saveKey(sql, provider, body, principal, actor);
    });
    if (change) {
      const { credentialId, what } = change;
      const owner = { ownerUserId: principal.userId };
      await this.vault.tell({ provider, credentialId, ...owner, renewed: what !== 'kept' });
    }
    return this.show(provider, principal);
  }

  /** Takes the key and the settings away. What is under way under the key goes on; jobs that wait for it wait until there is one again. */
  async remove(providerId: string, { userId, accountId }: Principal, actor: Actor): Promise<void> {
    const provider = this.vault.provider(providerId);
    const removed = await this.database.run(async ({ sql }) => {
      await sql
        .deleteFrom('identity.provider_preferences')
        .where('user_id', '=', userId)
        .where('provider', '=', provider)
        .execute();
      const row = await sql
        .updateTable('identity.provider_credentials')
        .set({ deleted_at: raw<Date>`now()`, enabled: false, updated_at: raw<Date>`now()` })
        .where('owner_user_id', '=', userId)
        .where('provider', '=', provider)
        .where('deleted_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      if (row) {
        const target = { type: 'provider_credential', id: row.id };
        await writeAudit(sql, {
          actor,
          action: 'credential.removed',
          target,
          accountId,
          details: { provider },
        });
      }
      return row;
    });
    if (removed)
      await this.vault.tell({ provider, credentialId: removed.id, ownerUserId: userId, renewed: false });
  }

  async test(providerId: string, principal: Principal): Promise<ConnectionReportResource> {
    const provider = this.vault.provider(providerId);
    return askConnection(this.bus, provider, await this.refOf(provider, principal));
  }

  async balance(providerId: string, principal: Principal): Promise<BalanceResource> {
    const provider = this.vault.provider(providerId);
    return askBalance(this.bus, provider, await this.refOf(provider, principal));
  }

  private async saveKey(
    sql: Tx,
    provider: string,
    body: SaveProviderConfig,
    { userId, accountId }: Principal,
    actor: Actor,
  ): Promise<CredentialChange | null> {
    const { fields, enabled, settings } = body;
    const present = await findOwn(sql, userId, provider, true);
    if (!touchesKey(body, present)) return null;
    if (!present && fields === undefined) {
      throw new AppError('conflict', `You have no key at ${provider}: give its fields too.`);
    }
    const content = await this.contentOf(sql, present, body);
    const owner = { userId, accountId };
    const saved = await saveCredential(sql, this.vault.ring(), owner, { ...content, provider, name: OWN });
    await sql
      .updateTable('identity.provider_credentials')
      .set({ updated_at: raw<Date>`now()` })
      .$if(enabled !== undefined, (query) => query.set({ enabled: enabled === true }))
      .$if(settings !== undefined, (query) => query.set({ concurrency: settings?.max_concurrent ?? null }))
      .where('id', '=', saved.credentialId)
      .execute();
    const target = { type: 'provider_credential', id: saved.credentialId };
    const details = { provider, version: saved.version, what: saved.what, enabled };
    await writeAudit(sql, { actor, action: 'credential.saved', target, accountId, details });
    return saved;
  }

  /** What the key is after this: what was given, over what is there. */
  private async contentOf(
    sql: Tx,
    present: OwnRow | undefined,
    { fields, base_url: baseUrl }: SaveProviderConfig,
  ): Promise<Pick<CredentialContent, 'fields' | 'baseUrl'>> {
    const { user_credentials: allowed, user_base_urls: urls } = await this.settings.current();
    if (fields !== undefined && !allowed) {
      throw new AppError('forbidden', 'The operator lets nobody bring a key of their own here.');
    }
    const opened = present ? await this.vault.open(sql, present.id) : null;
    const next = fields === undefined ? opened?.fields : unmaskFields(fields, opened?.fields ?? null);
    if (!next) {
      throw new AppError('conflict', 'The key that is there cannot be read any more: give it again.');
    }
    const address = baseUrl === undefined ? (opened?.baseUrl ?? null) : checkBaseUrl(baseUrl, urls);
    return { fields: next, baseUrl: address };
  }

  private async refOf(provider: string, { userId }: Principal): Promise<CredentialRef> {
    const own = await findOwn(this.database.sql, userId, provider);
    if (own) return { id: own.id, version: own.version };
    throw new AppError('conflict', `You have no key at ${provider}: save one first.`);
  }
}

/** Settings alone concern a key only by how much may run under it. */
function touchesKey(
  { fields, base_url: baseUrl, enabled, settings }: SaveProviderConfig,
  present: OwnRow | undefined,
): boolean {
  if (fields !== undefined || baseUrl !== undefined || enabled !== undefined) return true;
  return settings !== undefined && present !== undefined;
}

function findOwn(
  executor: Database<IdentityTables>['sql'] | Tx,
  userId: string,
  provider: string,
  lock = false,
): Promise<OwnRow | undefined> {
  const query = executor
    .selectFrom('identity.provider_credentials')
    .select(['id', 'current_version as version', 'enabled', 'updated_at as updatedAt'])
    .where('owner_user_id', '=', userId)
    .where('provider', '=', provider)
    .where('name', '=', OWN)
    .where('deleted_at', 'is', null);
  return (lock ? query.forUpdate() : query).executeTakeFirst();
}

function checkLikedModel(provider: string, model: string | undefined): void {
  if (model === undefined || model.startsWith(`${provider}:`)) return;
  const reason = `Give a model of ${provider}; see GET /api/v1/models.`;
  throw new AppError('invalid_input', `settings.model: ${reason}`, {
    fields: [{ field: 'settings.model', reason }],
  });
}

async function saveSettings(
  sql: Tx,
  userId: string,
  provider: string,
  settings: NonNullable<SaveProviderConfig['settings']>,
): Promise<void> {
  const text = JSON.stringify(settings);
  await sql
    .insertInto('identity.provider_preferences')
    .values({ user_id: userId, provider, settings: text })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'provider']).doUpdateSet({ settings: text, updated_at: raw<Date>`now()` }),
    )
    .execute();
}

/** Asks the provider's workers whether a key works. Throws `unavailable` where none answers. */
export async function askConnection(
  bus: Bus,
  provider: string,
  ref: CredentialRef,
): Promise<ConnectionReportResource> {
  const { ok, checks, error } = await bus.request(testConnectionRpc(provider), ref);
  return { ok, checks, error: error && { code: error.code, message: error.message } };
}

/** Asks the provider's workers what is left. Throws what they say of a vendor that did not tell. */
export async function askBalance(bus: Bus, provider: string, ref: CredentialRef): Promise<BalanceResource> {
  const { balance, error } = await bus.request(balanceRpc(provider), ref);
  if (error) throw AppError.fromRecord(error);
  if (!balance) throw new AppError('internal', `${provider} answered neither a balance nor an error.`);
  return {
    lines: balance.lines.map(({ expiresAt, ...line }) => ({ ...line, expires_at: expiresAt })),
    note: balance.note,
  };
}
