import { Inject, Injectable } from '@nestjs/common';
import type { ModelSpec, ProviderSettings } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE } from '../platform/parts';
import { Settings } from '../platform/settings';
import { Vault } from '../provider-credentials/vault';

/** How a user's videos are priced: with the platform's fee at providers where they have a key of their own. */
export interface OwnKeyTerms {
  readonly providers: ReadonlySet<string>;
  readonly fee: { readonly credits: number; readonly version: string };
}

/** Which providers a user has a key at, and what a video costs that runs on it. */
@Injectable()
export class OwnKeys {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    private readonly settings: Settings,
    private readonly vault: Vault,
  ) {}

  async termsOf(userId: string): Promise<OwnKeyTerms> {
    const { own_key_fee_credits: credits, user_credentials: allowed } = await this.settings.current();
    const fee = { credits, version: `own-key:${credits}` };
    if (!allowed || !this.vault.isUsable()) return { providers: new Set(), fee };
    const rows = await this.database.sql
      .selectFrom('identity.provider_credentials')
      .select('provider')
      .where('owner_user_id', '=', userId)
      .where('enabled', '=', true)
      .where('deleted_at', 'is', null)
      .execute();
    return { providers: new Set(rows.map(({ provider }) => provider)), fee };
  }

  /** What the user likes to be filled in where a request names the provider and leaves a field open. */
  async settingsOf(userId: string, provider: string): Promise<ProviderSettings> {
    const row = await this.database.sql
      .selectFrom('identity.provider_preferences')
      .select('settings')
      .where('user_id', '=', userId)
      .where('provider', '=', provider)
      .executeTakeFirst();
    return row?.settings ?? {};
  }
}

/** Whether a video of the model runs on the user's own key. */
export const isOwn = (terms: OwnKeyTerms, { provider }: Pick<ModelSpec, 'provider'>): boolean =>
  terms.providers.has(provider);
