import { Module, type DynamicModule } from '@nestjs/common';
import { BillingModule } from './billing/billing.module';
import { AdminModule } from './admin/admin.module';
import { BatchesModule } from './batches/batches.module';
import { CatalogueModule } from './catalogue/catalogue.module';
import { AssetsModule } from './assets/assets.module';
import { AccountsModule } from './accounts/accounts.module';
import { CreditsModule } from './credits/credits.module';
import { GalleryModule } from './gallery/gallery.module';
import { GenerateModule } from './generate/generate.module';
import { HealthModule } from './health/health.module';
import { IdentityModule } from './identity/identity.module';
import { JobsModule } from './jobs/jobs.module';
import { KeptRoutesModule } from './kept-routes/kept-routes.module';
import { PlannedModule } from './planned/planned.module';
import { LimitsModule } from './limits/limits.module';
import { LogModule } from './log/log.module';
import { ModelsModule } from './models/models.module';
import { OpenAiModule } from './openai/openai.module';
import type { GatewayParts } from './platform/parts';
import { PlatformModule } from './platform/platform.module';
import { ProviderCredentialsModule } from './provider-credentials/provider-credentials.module';
import { ProvidersModule } from './providers/providers.module';
import { PromptsModule } from './prompts/prompts.module';
import { SharesModule } from './shares/shares.module';
import { UploadsModule } from './uploads/uploads.module';
import { WebhooksModule } from './webhooks/webhooks.module';

@Module({})
export class GatewayModule {
  static of(parts: GatewayParts): DynamicModule {
    const features = [
      IdentityModule,
      LimitsModule,
      AccountsModule,
      CreditsModule,
      ProviderCredentialsModule,
      CatalogueModule,
      ProvidersModule,
      AdminModule,
      GenerateModule,
      BatchesModule,
      PromptsModule,
      JobsModule,
      LogModule,
      SharesModule,
      GalleryModule,
      UploadsModule,
      AssetsModule,
      ModelsModule,
      HealthModule,
      BillingModule,
      OpenAiModule,
      KeptRoutesModule,
      PlannedModule,
      WebhooksModule,
    ];
    return { module: GatewayModule, imports: [PlatformModule.of(parts), ...features] };
  }
}
