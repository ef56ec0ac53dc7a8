import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { signingSecretSchema, type Principal, type SigningSecret } from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { Webhooks } from './webhooks';

/** The secret behind `webhook_url` of the generate routes. It can be read again: nobody is there to keep it when a job is the first to need it. */
@ApiTags('Webhooks')
@Controller('api/v1/webhooks/signing-secret')
@RequireScope('generate')
export class SigningSecretController {
  constructor(private readonly webhooks: Webhooks) {}

  @Get()
  @Answers(
    200,
    signingSecretSchema,
    'The secret that signs what is sent to the `webhook_url` of your jobs',
    [409, 503],
  )
  getSigningSecret(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SigningSecret> {
    return this.answer(false, principal, request, reply);
  }

  @Post('rotate')
  @HttpCode(200)
  @Answers(200, signingSecretSchema, 'Makes a new one; the old one signs beside it for a day', [409, 503])
  rotateSigningSecret(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SigningSecret> {
    return this.answer(true, principal, request, reply);
  }

  private async answer(
    rotate: boolean,
    principal: Principal,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<SigningSecret> {
    const ask = { principal, actor: actorOf(request) };
    const { secret, oldSecretUntil } = await this.webhooks.signingSecret({ rotate }, ask);
    void reply.header('cache-control', 'no-store');
    return { secret, old_secret_until: oldSecretUntil };
  }
}
