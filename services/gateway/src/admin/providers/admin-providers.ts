import { Inject, Injectable } from '@nestjs/common';
import {
  pauseProviderRpc,
  setProviderLimitsRpc,
  spendRpc,
  type AdminProvider,
  type ProviderLimits,
  type ProviderLimitsResource,
  type SetLimits,
  type SpendQuery,
  type SpendResource,
} from '@shotloom/contracts';
import type { Bus } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import { AppError, type Clock } from '@shotloom/kernel';
import { writeAudit, type Actor } from '../../audit/audit-log';
import { CatalogueStore } from '../../catalogue/catalogue-store';
import type { Config } from '../../config';
import { notFound } from '../../http/path-id';
import type { IdentityTables } from '../../identity/schema/tables';
import { BUS, CLOCK, CONFIG, DATABASE } from '../../platform/parts';
import { lockSettings, Settings, writeSettings } from '../../platform/settings';
import { ProviderList, toProviderResource } from '../../providers/provider-list';
import { RemoteAction } from '../../audit/remote-action';
import { toDollars } from './dollars';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST_DAYS = 400;

/** Providers as operators steer them, and what they cost. */
@Injectable()
export class AdminProviders {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly providers: ProviderList,
    private readonly remote: RemoteAction,
    private readonly settings: Settings,
    private readonly store: CatalogueStore,
  ) {}

  async list(): Promise<AdminProvider[]> {
    return (await this.providers.facts()).map((facts) => {
      const { own_key: _, ...resource } = toProviderResource(facts, false);
      const breakers = facts.breakers.map(({ credentialId, state, reason, retryAt }) => ({
        ...{ credential_id: credentialId, state, reason, retry_at: retryAt },
      }));
      return { ...resource, limits: toLimits(facts.limits), breakers };
    });
  }

  /** Null resumes. Jobs stay queued; what runs goes on. */
  async pause(id: string, paused: string | null, reason: string, actor: Actor): Promise<AdminProvider> {
    const provider = this.known(id);
    const action = paused === null ? 'provider.resumed' : 'provider.paused';
    const entry = { actor, action, target: { type: 'provider', id: provider }, details: { reason } };
    await this.remote.run(entry, () =>
      this.bus.request(pauseProviderRpc, { provider, reason: paused?.slice(0, 300) ?? null }),
    );
    return this.one(provider);
  }

  async setLimits(
    id: string,
    { reason, ...given }: SetLimits,
    actor: Actor,
  ): Promise<ProviderLimitsResource> {
    const provider = this.known(id);
    const target = { type: 'provider', id: provider };
    const entry = { actor, action: 'provider.limited', target, details: { ...given, reason } };
    const limits = {
      concurrency: given.concurrency,
      userConcurrency: given.user_concurrency,
      requestsPerMinute: given.requests_per_minute,
      requestsBurst: given.requests_burst,
      createsPerMinute: given.creates_per_minute,
      models: given.models,
    };
    const { limits: now } = await this.remote.run(entry, () =>
      this.bus.request(setProviderLimitsRpc, { provider, limits }),
    );
    return toLimits(now);
  }

  /** A provider that is off is offered to nobody; jobs that were accepted are still made. */
  async switch(id: string, on: boolean, reason: string, actor: Actor): Promise<AdminProvider> {
    const provider = this.known(id);
    await this.database.run(async ({ sql }) => {
      const { version: _, ...settings } = await lockSettings(sql);
      const others = settings.providers_off.filter((name) => name !== provider);
      await writeSettings(sql, { ...settings, providers_off: on ? others : [...others, provider] });
      const target = { type: 'provider', id: provider };
      const action = on ? 'provider.enabled' : 'provider.disabled';
      await writeAudit(sql, { actor, action, target, details: { reason } });
    });
    this.settings.forget();
    await this.store.changed(`${provider}:*`);
    return this.one(provider);
  }

  async spend({ by, from, to, provider }: SpendQuery): Promise<SpendResource> {
    const today = this.clock.now();
    const last = to ?? dayOf(today);
    const first = from ?? dayOf(new Date(Date.parse(last) - (USUAL_DAYS - 1) * DAY_MS));
    const days = (Date.parse(last) - Date.parse(first)) / DAY_MS;
    if (days < 0 || days > MOST_DAYS) {
      const why = `Give a first day before the last, at most ${MOST_DAYS} days apart.`;
      throw new AppError('invalid_input', why, { fields: [{ field: 'from', reason: why }] });
    }
    const { rows } = await this.bus.request(spendRpc, { by, from: first, to: last, provider });
    const names =
      by === 'credential' ? await this.namesOf(rows.map(({ key }) => key)) : new Map<string, string>();
    const data = rows.map(({ key, micros, attempts, delivered }) => ({
      ...{ key, name: names.get(key) ?? null, usd: toDollars(micros), attempts, delivered },
    }));
    const total_usd = toDollars(rows.reduce((sum, { micros }) => sum + micros, 0));
    return { from: first, to: last, total_usd, data };
  }

  private async one(provider: string): Promise<AdminProvider> {
    const found = (await this.list()).find(({ id }) => id === provider);
    if (!found) throw notFound('provider', provider);
    return found;
  }

  private known(id: string): string {
    if (!this.config.PROVIDERS_ENABLED.includes(id)) throw notFound('provider', id);
    return id;
  }

  /** Of the operator's own; whose a user's key is, is the user's matter. */
  private async namesOf(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.sql
      .selectFrom('identity.provider_credentials')
      .select(['id', 'name'])
      .where('id', 'in', ids)
      .where('owner_user_id', 'is', null)
      .execute();
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

function toLimits(limits: ProviderLimits): ProviderLimitsResource {
  return {
    concurrency: limits.concurrency,
    user_concurrency: limits.userConcurrency,
    requests_per_minute: limits.requestsPerMinute,
    requests_burst: limits.requestsBurst,
    creates_per_minute: limits.createsPerMinute,
    models: limits.models,
  };
}
