import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  changeWebhookSchema,
  createWebhookSchema,
  toWebhookDeliveryResource,
  toWebhookResource,
  webhookDeliveryResourceSchema,
  webhookListQuerySchema,
  webhookPageSchema,
  webhookResourceSchema,
  webhookWithSecretSchema,
  type ChangeWebhook,
  type CreateWebhook,
  type Principal,
  type WebhookDeliveryResource,
  type WebhookListQuery,
  type WebhookResource,
  type WebhookWithSecret,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers, AnswersNothing, TakesQuery } from '../docs/route-docs';
import { readIdempotencyKey } from '../generate/idempotency-key';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { Webhooks, type MadeWebhook } from './webhooks';

/** Where events of your jobs are sent to; see docs/webhooks.md. */
@ApiTags('Webhooks')
@Controller('api/v1/webhooks')
@RequireScope('read')
export class WebhooksController {
  constructor(private readonly webhooks: Webhooks) {}

  @Get()
  @TakesQuery(webhookListQuerySchema)
  @Answers(200, webhookPageSchema, 'Your webhooks in this account, newest first, without secrets', [422, 503])
  async listWebhooks(
    @Query({ schema: webhookListQuerySchema }) query: WebhookListQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<{ data: WebhookResource[]; next_cursor: string | null }> {
    const page = await this.webhooks.list(query, { principal, actor: actorOf(request) });
    return { data: page.webhooks.map(toWebhookResource), next_cursor: page.nextCursor };
  }

  @Post()
  @HttpCode(201)
  @RequireScope('generate')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'The same key and body give the same webhook for 24 hours, without its secret; another body gives 409.',
  })
  @Answers(
    201,
    webhookWithSecretSchema,
    'Registers a webhook; its secret is shown this once',
    [400, 404, 409, 415, 422, 503],
  )
  async createWebhook(
    @Body({ schema: createWebhookSchema }) body: CreateWebhook,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookWithSecret> {
    const ask = { principal, actor: actorOf(request) };
    const made = await this.webhooks.create(body, readIdempotencyKey(key), ask);
    void reply.header('location', `/api/v1/webhooks/${made.webhook.id}`);
    if (made.secret === null) void reply.header('idempotency-replayed', 'true');
    return withSecret(made, reply);
  }

  @Get(':id')
  @Answers(200, webhookResourceSchema, 'One webhook, without its secret', [404, 503])
  async getWebhook(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<WebhookResource> {
    return toWebhookResource(await this.webhooks.get(id, { principal, actor: actorOf(request) }));
  }

  @Patch(':id')
  @RequireScope('generate')
  @Answers(
    200,
    webhookResourceSchema,
    'Changes a webhook, or switches it off and on',
    [400, 404, 415, 422, 503],
  )
  async changeWebhook(
    @Param('id') id: string,
    @Body({ schema: changeWebhookSchema }) body: ChangeWebhook,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<WebhookResource> {
    return toWebhookResource(await this.webhooks.change(id, body, { principal, actor: actorOf(request) }));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('generate')
  @AnswersNothing('Deletes a webhook; what waits for it is not sent', [404, 503])
  async deleteWebhook(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.webhooks.remove(id, { principal, actor: actorOf(request) });
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @RequireScope('generate')
  @Answers(
    200,
    webhookWithSecretSchema,
    'Makes a new secret, shown this once; the old one signs beside it for a day',
    [404, 409, 503],
  )
  async rotateWebhookSecret(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookWithSecret> {
    return withSecret(await this.webhooks.rotateSecret(id, { principal, actor: actorOf(request) }), reply);
  }

  @Post(':id/test')
  @HttpCode(202)
  @RequireScope('generate')
  @Answers(
    202,
    webhookDeliveryResourceSchema,
    'Sends a `webhook.test` event, whatever types it asked for',
    [404, 409, 503],
  )
  async testWebhook(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<WebhookDeliveryResource> {
    return toWebhookDeliveryResource(await this.webhooks.test(id, { principal, actor: actorOf(request) }));
  }

  @Post(':id/enable')
  @HttpCode(200)
  @RequireScope('generate')
  @Answers(200, webhookResourceSchema, 'Calls a webhook again, whoever had disabled it', [404, 503])
  async enableWebhook(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<WebhookResource> {
    const ask = { principal, actor: actorOf(request) };
    return toWebhookResource(await this.webhooks.change(id, { enabled: true }, ask));
  }
}

function withSecret({ webhook, secret }: MadeWebhook, reply: FastifyReply): WebhookWithSecret {
  void reply.header('cache-control', 'no-store');
  return { ...toWebhookResource(webhook), ...(secret === null ? {} : { secret }) };
}
