import { Inject, Injectable } from '@nestjs/common';
import { sql as raw, type Selectable } from 'kysely';
import {
  credentialSpendRpc,
  type AdminCredential,
  type BalanceResource,
  type ChangeCredential,
  type ConnectionReportResource,
  type CreateCredential,
  type RpcResponse,
} from '@shotloom/contracts';
import type { Bus } from '@shotloom/bus';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit, type Actor } from '../../audit/audit-log';
import { notFound, pathId } from '../../http/path-id';
import type { IdentityTables, ProviderCredentialsTable } from '../../identity/schema/tables';
import { BUS, DATABASE } from '../../platform/parts';
import { saveCredential } from '../../provider-credentials/save-credential';
import { maskFields, unmaskFields } from '../../provider-credentials/shown-credential';
import { Vault } from '../../provider-credentials/vault';
import { askBalance, askConnection } from '../../providers/provider-configs';
import { toDollars, toMicros } from './dollars';

type Tx = UnitOfWork<IdentityTables>['sql'];
type Row = Selectable<ProviderCredentialsTable>;
type Spend = RpcResponse<typeof credentialSpendRpc>['credentials'][number];
type About = Pick<ChangeCredential, 'enabled' | 'concurrency' | 'caps'>;

/** An installation has a handful of keys at a provider. */
const MOST = 200;

/** The operator's own keys at a provider: named, several of them, each with its limits. Users' keys are not looked at here. */
@Injectable()
export class AdminCredentials {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(BUS) private readonly bus: Bus,
    private readonly vault: Vault,
  ) {}

  async list(providerId: string): Promise<AdminCredential[]> {
    const provider = this.vault.provider(providerId);
    const rows = await this.database.sql
      .selectFrom('identity.provider_credentials')
      .selectAll()
      .where('provider', '=', provider)
      .where('owner_user_id', 'is', null)
      .where('deleted_at', 'is', null)
      .orderBy('name')
      .limit(MOST)
      .execute();
    const { credentials } = await this.bus.request(credentialSpendRpc, {
      credentialIds: rows.map(({ id }) => id),
    });
    const spends = new Map(credentials.map((spend) => [spend.credentialId, spend]));
    return Promise.all(rows.map((row) => this.toResource(row, spends.get(row.id))));
  }

  async create(
    providerId: string,
    { name, fields, base_url: baseUrl, reason, ...about }: CreateCredential,
    actor: Actor,
  ): Promise<AdminCredential> {
    const provider = this.vault.provider(providerId);
    const ring = this.vault.ring();
    const secrets = unmaskFields(fields, null);
    const id = await this.database.run(async ({ sql }) => {
      const content = { provider, name, fields: secrets, baseUrl: baseUrl ?? null };
      const { credentialId, what, version } = await saveCredential(sql, ring, null, content);
      if (what !== 'created')
        throw new AppError('conflict', `There is a credential ${name} of ${provider}: change that one.`);
      await setAbout(sql, credentialId, about);
      await audit(sql, actor, 'credential.created', credentialId, {
        provider,
        name,
        version,
        ...about,
        reason,
      });
      return credentialId;
    });
    await this.vault.tell({ provider, credentialId: id, ownerUserId: null, renewed: true });
    return this.get(provider, id);
  }

  /** Other secrets are a new version, and close the breaker of the key; what runs keeps the version that it began with. */
  async change(
    providerId: string,
    id: string,
    { fields, base_url: baseUrl, reason, ...about }: ChangeCredential,
    actor: Actor,
  ): Promise<AdminCredential> {
    const provider = this.vault.provider(providerId);
    const renewed = await this.database.run(async ({ sql }) => {
      const row = await find(sql, provider, id, true);
      let what: string | undefined;
      let version = row.current_version;
      if (fields !== undefined || baseUrl !== undefined) {
        const opened = await this.vault.open(sql, row.id);
        const next = fields === undefined ? opened?.fields : unmaskFields(fields, opened?.fields ?? null);
        if (!next)
          throw new AppError('conflict', 'The key that is there cannot be read any more: give it again.');
        const address = baseUrl === undefined ? (opened?.baseUrl ?? null) : baseUrl;
        const content = { provider, name: row.name, fields: next, baseUrl: address };
        ({ what, version } = await saveCredential(sql, this.vault.ring(), null, content));
      }
      await setAbout(sql, row.id, about);
      const action = what === 'rotated' ? 'credential.rotated' : 'credential.changed';
      await audit(sql, actor, action, row.id, { provider, name: row.name, version, ...about, reason });
      return what === 'rotated' || (about.enabled === true && !row.enabled);
    });
    await this.vault.tell({ provider, credentialId: id, ownerUserId: null, renewed });
    return this.get(provider, id);
  }

  /** Nothing new starts under it; its secrets stay until nothing under way needs them. */
  async remove(providerId: string, id: string, reason: string, actor: Actor): Promise<void> {
    const provider = this.vault.provider(providerId);
    await this.database.run(async ({ sql }) => {
      const row = await find(sql, provider, id, true);
      await sql
        .updateTable('identity.provider_credentials')
        .set({ deleted_at: raw<Date>`now()`, enabled: false, updated_at: raw<Date>`now()` })
        .where('id', '=', row.id)
        .execute();
      await audit(sql, actor, 'credential.removed', row.id, { provider, name: row.name, reason });
    });
    await this.vault.tell({ provider, credentialId: id, ownerUserId: null, renewed: false });
  }

  /** The operator says that the key works again: its breaker closes. */
  async reset(providerId: string, id: string, reason: string, actor: Actor): Promise<AdminCredential> {
    const provider = this.vault.provider(providerId);
    await this.database.run(async ({ sql }) => {
      const { name } = await find(sql, provider, id);
      await audit(sql, actor, 'credential.reset', id, { provider, name, reason });
    });
    await this.vault.tell({ provider, credentialId: id, ownerUserId: null, renewed: true });
    return this.get(provider, id);
  }

  async test(providerId: string, id: string): Promise<ConnectionReportResource> {
    const provider = this.vault.provider(providerId);
    const row = await find(this.database.sql, provider, id);
    return askConnection(this.bus, provider, { id: row.id, version: row.current_version });
  }

  async balance(providerId: string, id: string): Promise<BalanceResource> {
    const provider = this.vault.provider(providerId);
    const row = await find(this.database.sql, provider, id);
    return askBalance(this.bus, provider, { id: row.id, version: row.current_version });
  }

  private async get(provider: string, id: string): Promise<AdminCredential> {
    const row = await find(this.database.sql, provider, id);
    // What was saved is saved, whether or not its spend can be read now.
    const known = await this.bus.request(credentialSpendRpc, { credentialIds: [id] }).catch(() => null);
    return this.toResource(row, known?.credentials[0]);
  }

  private async toResource(row: Row, spend: Spend | undefined): Promise<AdminCredential> {
    const opened = this.vault.isUsable() ? await this.vault.open(this.database.sql, row.id) : null;
    const { id, name, current_version: version, enabled, concurrency, alert_percents } = row;
    return {
      ...{ id, name, version, enabled, concurrency },
      fields: opened ? maskFields(opened.fields) : {},
      base_url: opened?.baseUrl ?? null,
      caps: {
        day_usd: row.day_cap_micros === null ? null : toDollars(Number(row.day_cap_micros)),
        month_usd: row.month_cap_micros === null ? null : toDollars(Number(row.month_cap_micros)),
        alert_percents,
        low_balance: row.low_balance === null ? null : Number(row.low_balance),
      },
      spent: { day_usd: toDollars(spend?.dayMicros ?? 0), month_usd: toDollars(spend?.monthMicros ?? 0) },
      paused: pauseOf(row, spend),
      updated_at: row.updated_at.toISOString(),
    };
  }
}

/** A cap that was raised since does not pause any more, whatever is written down. */
function pauseOf(row: Row, spend: Spend | undefined): AdminCredential['paused'] {
  if (!spend?.pause) return null;
  const { period, capMicros, until } = spend.pause;
  const cap = period === 'day' ? row.day_cap_micros : row.month_cap_micros;
  if (cap === null || Number(cap) > capMicros) return null;
  const reason = `The next video would cost more than the cap of the ${period}, ${toDollars(capMicros)} USD, allows.`;
  return { reason, until };
}

async function find(
  executor: Database<IdentityTables>['sql'] | Tx,
  provider: string,
  id: string,
  lock = false,
): Promise<Row> {
  const query = executor
    .selectFrom('identity.provider_credentials')
    .selectAll()
    .where('id', '=', pathId('credential', id))
    .where('provider', '=', provider)
    .where('owner_user_id', 'is', null)
    .where('deleted_at', 'is', null);
  return (lock ? query.forUpdate() : query).executeTakeFirstOrThrow(() => notFound('credential', id));
}

async function setAbout(sql: Tx, id: string, { enabled, concurrency, caps = {} }: About): Promise<void> {
  await sql
    .updateTable('identity.provider_credentials')
    .set({ updated_at: raw<Date>`now()` })
    .$if(enabled !== undefined, (query) => query.set({ enabled: enabled ?? true }))
    .$if(concurrency !== undefined, (query) => query.set({ concurrency: concurrency ?? null }))
    .$if(caps.day_usd !== undefined, (query) => query.set({ day_cap_micros: toMicros(caps.day_usd ?? null) }))
    .$if(caps.month_usd !== undefined, (query) =>
      query.set({ month_cap_micros: toMicros(caps.month_usd ?? null) }),
    )
    .$if(caps.alert_percents !== undefined, (query) =>
      query.set({ alert_percents: caps.alert_percents ?? [] }),
    )
    .$if(caps.low_balance !== undefined, (query) => query.set({ low_balance: caps.low_balance ?? null }))
    .where('id', '=', id)
    .execute();
}

function audit(
  tx: Tx,
  actor: Actor,
  action: string,
  id: string,
  details: Record<string, unknown>,
): Promise<void> {
  return writeAudit(tx, { actor, action, target: { type: 'provider_credential', id }, details });
}
