import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { credentialChangedRpc, credentialsChangedV1, providerSpec, subjects } from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import { AppError, newId } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import type { Config } from '../config';
import { notFound } from '../http/path-id';
import type { IdentityTables } from '../identity/schema/tables';
import { BUS, CONFIG, LOGGER } from '../platform/parts';
import type { KeyRing } from '@shotloom/sealing';
import { KEY_RING } from './provider-credentials';
import { openFields, type SecretFields } from './sealed-fields';

type Tx = Pick<UnitOfWork<IdentityTables>['sql'], 'selectFrom'>;

export interface OpenedCredential {
  readonly fields: SecretFields;
  readonly baseUrl: string | null;
}

/** Opens credentials for those who may change them, and tells job-orchestrator what was changed. Nothing here is logged. */
@Injectable()
export class Vault {
  constructor(
    @Inject(KEY_RING) private readonly keys: KeyRing | null,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Throws `conflict` where the operator has configured no key to seal with. */
  ring(): KeyRing {
    if (this.keys) return this.keys;
    const message = 'Keys of providers cannot be kept here: the operator has to set CREDENTIALS_KEY.';
    throw new AppError('conflict', message);
  }

  isUsable(): boolean {
    return this.keys !== null;
  }

  /** The id of a provider that is run here and needs a key. Throws `not_found`, or `conflict` for an engine of our own. */
  provider(id: string): string {
    if (!this.config.PROVIDERS_ENABLED.includes(id)) throw notFound('provider', id);
    if (providerSpec(id).kind === 'poll') return id;
    throw new AppError('conflict', `${id} renders on machines of this platform and needs no key.`);
  }

  /** Null where the present version cannot be opened with the keys that are configured. */
  async open(sql: Tx, credentialId: string): Promise<OpenedCredential | null> {
    const ring = this.ring();
    const row = await sql
      .selectFrom('identity.provider_credentials as credential')
      .innerJoin('identity.provider_credential_versions as sealed', (join) =>
        join
          .onRef('sealed.credential_id', '=', 'credential.id')
          .onRef('sealed.version', '=', 'credential.current_version'),
      )
      .select(['credential.provider', 'sealed.version', 'sealed.key_id as keyId', 'sealed.nonce'])
      .select(['sealed.ciphertext', 'sealed.base_url as baseUrl'])
      .where('credential.id', '=', credentialId)
      .executeTakeFirst();
    if (!row || !ring.find(row.keyId)) return null;
    const { provider, version, baseUrl, ...sealed } = row;
    return { fields: openFields(ring, { credentialId, version, provider, baseUrl }, sealed), baseUrl };
  }

  /** After the commit. What does not reach job-orchestrator is found by it within seconds, but for the breaker: hence the second try. */
  async tell(change: {
    readonly provider: string;
    readonly credentialId: string;
    readonly ownerUserId: string | null;
    readonly renewed: boolean;
  }): Promise<void> {
    const { provider, credentialId } = change;
    this.bus.emit(
      credentialsChangedV1,
      { provider },
      { subject: subjects.credentialsChanged, correlationId: newId() },
    );
    for (const isLast of [false, true]) {
      try {
        await this.bus.request(credentialChangedRpc, change);
        return;
      } catch (error) {
        if (isLast)
          this.logger.warn(
            { err: error, provider, credentialId },
            'job-orchestrator was not told of a changed key',
          );
      }
    }
  }
}
