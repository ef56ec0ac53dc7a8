import { Global, Module } from '@nestjs/common';
import { OwnKeys } from './own-keys';
import { ProviderConfigs } from './provider-configs';
import { ProviderList } from './provider-list';
import { ProvidersController } from './providers.controller';

/** Global for the sake of prices, which depend on whose key a video runs on. */
@Global()
@Module({
  controllers: [ProvidersController],
  providers: [OwnKeys, ProviderConfigs, ProviderList],
  exports: [OwnKeys, ProviderConfigs, ProviderList],
})
export class ProvidersModule {}
