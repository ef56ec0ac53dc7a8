import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { credentialSecretRpc, listCredentialsRpc } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import type { Config } from '../config';
import { BUS, CONFIG, LOGGER } from '../platform/parts';
import type { KeyRing } from '@shotloom/sealing';
import { KEY_RING, ProviderCredentials } from './provider-credentials';

/** Tells job-orchestrator which keys there are, and each provider's workers the secrets of their own, on a subject of their own. */
@Injectable()
export class ProviderCredentialResponder implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KEY_RING) private readonly ring: KeyRing | null,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly credentials: ProviderCredentials,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.ring) {
      this.logger.info(
        'CREDENTIALS_KEY is not set: providers that need a key of their own have none, and make no videos',
      );
    }
    this.bus.respond(listCredentialsRpc, async ({ provider }) => ({
      credentials: await this.credentials.list(provider),
    }));
    for (const provider of new Set(this.config.PROVIDERS_ENABLED)) {
      this.bus.respond(credentialSecretRpc(provider), async (reference) => ({
        credential: await this.credentials.secret(provider, reference),
      }));
    }
  }
}
