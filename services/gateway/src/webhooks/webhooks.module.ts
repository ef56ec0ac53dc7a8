import { Module } from '@nestjs/common';
import { RemoteAction } from '../audit/remote-action';
import { WebhookDeliveriesController } from './deliveries.controller';
import { DisabledNotices } from './disabled-notices';
import { Webhooks } from './webhooks';
import { SigningSecretController } from './signing-secret.controller';
import { WebhooksController } from './webhooks.controller';

/** The door to the webhooks service. */
@Module({
  controllers: [SigningSecretController, WebhooksController, WebhookDeliveriesController],
  providers: [Webhooks, RemoteAction, DisabledNotices],
})
export class WebhooksModule {}
