import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  redeliveredSchema,
  redeliverFailedSchema,
  toWebhookDeliveryResource,
  webhookDeliveryListQuerySchema,
  webhookDeliveryPageSchema,
  webhookDeliveryResourceSchema,
  type Principal,
  type Redelivered,
  type RedeliverFailed,
  type WebhookDeliveryListQuery,
  type WebhookDeliveryResource,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers, TakesQuery } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { Webhooks } from './webhooks';

/** What became of the events of a webhook, and the way to send them again. */
@ApiTags('Webhooks')
@Controller('api/v1/webhooks/:id')
@RequireScope('read')
export class WebhookDeliveriesController {
  constructor(private readonly webhooks: Webhooks) {}

  @Get('deliveries')
  @TakesQuery(webhookDeliveryListQuerySchema)
  @Answers(200, webhookDeliveryPageSchema, 'What was sent and is to be sent, newest first', [404, 422, 503])
  async listWebhookDeliveries(
    @Param('id') id: string,
    @Query({ schema: webhookDeliveryListQuerySchema }) query: WebhookDeliveryListQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<{ data: WebhookDeliveryResource[]; next_cursor: string | null }> {
    const page = await this.webhooks.deliveries(id, query, { principal, actor: actorOf(request) });
    return { data: page.deliveries.map(toWebhookDeliveryResource), next_cursor: page.nextCursor };
  }

  @Post('deliveries/:deliveryId/redeliver')
  @HttpCode(202)
  @RequireScope('generate')
  @Answers(
    202,
    webhookDeliveryResourceSchema,
    'Sends a delivery again from the first try, with the same `webhook-id`',
    [404, 409, 503],
  )
  async redeliverWebhook(
    @Param('id') id: string,
    @Param('deliveryId') deliveryId: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<WebhookDeliveryResource> {
    const ask = { principal, actor: actorOf(request) };
    return toWebhookDeliveryResource(await this.webhooks.redeliver(id, deliveryId, ask));
  }

  @Post('redeliver-failed')
  @HttpCode(202)
  @RequireScope('generate')
  @Answers(202, redeliveredSchema, 'Sends again what failed since a time', [400, 404, 409, 415, 422, 503])
  redeliverFailedWebhooks(
    @Param('id') id: string,
    @Body({ schema: redeliverFailedSchema }) { since }: RedeliverFailed,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<Redelivered> {
    return this.webhooks.redeliverFailed(id, since, { principal, actor: actorOf(request) });
  }
}
