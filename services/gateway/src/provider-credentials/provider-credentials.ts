import { Inject, Injectable } from '@nestjs/common';
import { sql as raw } from 'kysely';
import type {
  CredentialRef,
  credentialSecretRpc,
  listCredentialsRpc,
  RpcResponse,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { isId } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE, LOGGER } from '../platform/parts';
import type { KeyRing } from '@shotloom/sealing';
import { openFields } from './sealed-fields';

export const KEY_RING = Symbol('key ring');

type ListedCredential = RpcResponse<typeof listCredentialsRpc>['credentials'][number];
type SecretCredential = NonNullable<RpcResponse<ReturnType<typeof credentialSecretRpc>>['credential']>;

/** Jobs name a credential each time they start: more than this of one provider is no installation that we know. */
const MOST_LISTED = 1_000;

/** Keys at providers, as other services may see them. Secrets leave through `secret` only, and are never logged. */
@Injectable()
export class ProviderCredentials {
  private readonly missingKeys = new Set<string>();

  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(KEY_RING) private readonly ring: KeyRing | null,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Those that can be opened here, oldest first: a job must not be pinned to one whose secret nobody can read. */
  async list(provider: string): Promise<ListedCredential[]> {
    if (!this.ring) return [];
    const rows = await this.database.sql
      .selectFrom('identity.provider_credentials as credential')
      .innerJoin('identity.provider_credential_versions as sealed', (join) =>
        join
          .onRef('sealed.credential_id', '=', 'credential.id')
          .onRef('sealed.version', '=', 'credential.current_version'),
      )
      .leftJoin('identity.provider_preferences as preferred', (join) =>
        join
          .onRef('preferred.user_id', '=', 'credential.owner_user_id')
          .onRef('preferred.provider', '=', 'credential.provider'),
      )
      .select(raw<number | null>`(preferred.settings ->> 'poll_interval')::int`.as('pollSeconds'))
      .select([
        'credential.id',
        'sealed.version',
        'credential.owner_user_id as ownerUserId',
        'credential.enabled',
        'credential.concurrency',
        'sealed.key_id as keyId',
        'credential.day_cap_micros as dayCapMicros',
        'credential.month_cap_micros as monthCapMicros',
      ])
      .where('credential.provider', '=', provider)
      .where('credential.deleted_at', 'is', null)
      .orderBy('credential.id')
      .limit(MOST_LISTED)
      .execute();
    return rows.flatMap(({ keyId, dayCapMicros, monthCapMicros, ...credential }) =>
      this.canOpen(keyId)
        ? [{ ...credential, dayCapMicros: toNumber(dayCapMicros), monthCapMicros: toNumber(monthCapMicros) }]
        : [],
    );
  }

  /**
   * The secrets of one version, also of an old one and of a credential that is switched off: attempts that are under way need
   * them. Null where this provider has no such credential, or no key is configured.
   */
  async secret(provider: string, { id, version }: CredentialRef): Promise<SecretCredential | null> {
    if (!this.ring || !isId(id)) return null;
    const row = await this.database.sql
      .selectFrom('identity.provider_credential_versions as sealed')
      .innerJoin('identity.provider_credentials as credential', 'credential.id', 'sealed.credential_id')
      .select(['sealed.key_id as keyId', 'sealed.nonce', 'sealed.ciphertext', 'sealed.base_url as baseUrl'])
      .where('sealed.credential_id', '=', id)
      .where('sealed.version', '=', version)
      .where('credential.provider', '=', provider)
      .executeTakeFirst();
    if (!row) return null;
    const { baseUrl, ...sealed } = row;
    const fields = openFields(this.ring, { credentialId: id, version, provider, baseUrl }, sealed);
    return { id, version, fields: { ...fields }, baseUrl };
  }

  private canOpen(keyId: string): boolean {
    if (this.ring?.find(keyId)) return true;
    if (!this.missingKeys.has(keyId)) {
      this.missingKeys.add(keyId);
      this.logger.warn(
        { keyId },
        'credentials are sealed with a key that is not configured, and are left out',
      );
    }
    return false;
  }
}

const toNumber = (value: string | number | null): number | null => (value === null ? null : Number(value));
