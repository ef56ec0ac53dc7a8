import { Module } from '@nestjs/common';
import { keyRing, type Config } from '../config';
import { CONFIG } from '../platform/parts';
import { ProviderCredentialResponder } from './provider-credential-responder';
import { KEY_RING, ProviderCredentials } from './provider-credentials';

@Module({
  providers: [
    ProviderCredentials,
    ProviderCredentialResponder,
    { provide: KEY_RING, useFactory: (config: Config) => keyRing(config), inject: [CONFIG] },
  ],
})
export class ProviderCredentialsModule {}
