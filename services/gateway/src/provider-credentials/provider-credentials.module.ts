import { Global, Module } from '@nestjs/common';
import { keyRing } from '@shotloom/sealing';
import type { Config } from '../config';
import { CONFIG } from '../platform/parts';
import { CredentialWatch } from './credential-watch';
import { ProviderCredentialResponder } from './provider-credential-responder';
import { KEY_RING, ProviderCredentials } from './provider-credentials';
import { Vault } from './vault';

@Global()
@Module({
  providers: [
    ProviderCredentials,
    Vault,
    CredentialWatch,
    ProviderCredentialResponder,
    { provide: KEY_RING, useFactory: (config: Config) => keyRing(config), inject: [CONFIG] },
  ],
  exports: [Vault],
})
export class ProviderCredentialsModule {}
