import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  adminProviderListSchema,
  adminProviderSchema,
  becauseSchema,
  providerLimitsSchema,
  setLimitsSchema,
  spendQuerySchema,
  spendResourceSchema,
  type AdminProvider,
  type Because,
  type ProviderLimitsResource,
  type SetLimits,
  type SpendQuery,
  type SpendResource,
} from '@shotloom/contracts';
import { actorOf } from '../../audit/audit-log';
import { Answers, TakesQuery } from '../../docs/route-docs';
import { RequireRole } from '../../identity/principal';
import { AdminProviders } from './admin-providers';

@ApiTags('Admin')
@Controller('api/v1/admin')
@RequireRole('operator')
export class AdminProvidersController {
  constructor(private readonly providers: AdminProviders) {}

  @Get('providers')
  @Answers(200, adminProviderListSchema, 'Every provider that runs here, with its limits and breakers', [503])
  async listProvidersForAdmin(): Promise<{ data: AdminProvider[] }> {
    return { data: await this.providers.list() };
  }

  @Post('providers/:id/pause')
  @HttpCode(200)
  @Answers(
    200,
    adminProviderSchema,
    'Starts no more videos at a provider; users see the reason',
    [400, 404, 422, 503],
  )
  pauseProvider(
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @Req() request: FastifyRequest,
  ): Promise<AdminProvider> {
    return this.providers.pause(id, reason, reason, actorOf(request));
  }

  @Post('providers/:id/resume')
  @HttpCode(200)
  @Answers(200, adminProviderSchema, 'Starts videos again', [400, 404, 422, 503])
  resumeProvider(
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @Req() request: FastifyRequest,
  ): Promise<AdminProvider> {
    return this.providers.pause(id, null, reason, actorOf(request));
  }

  @Post('providers/:id/disable')
  @HttpCode(200)
  @Answers(200, adminProviderSchema, 'Offers the models of a provider to nobody', [400, 404, 422, 503])
  disableProvider(
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @Req() request: FastifyRequest,
  ): Promise<AdminProvider> {
    return this.providers.switch(id, false, reason, actorOf(request));
  }

  @Post('providers/:id/enable')
  @HttpCode(200)
  @Answers(200, adminProviderSchema, 'Offers the models of a provider again', [400, 404, 422, 503])
  enableProvider(
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @Req() request: FastifyRequest,
  ): Promise<AdminProvider> {
    return this.providers.switch(id, true, reason, actorOf(request));
  }

  @Put('providers/:id/limits')
  @Answers(
    200,
    providerLimitsSchema,
    'How much may run at a provider, by model and user, and how often it is called',
    [400, 404, 422, 503],
  )
  setProviderLimits(
    @Param('id') id: string,
    @Body({ schema: setLimitsSchema }) body: SetLimits,
    @Req() request: FastifyRequest,
  ): Promise<ProviderLimitsResource> {
    return this.providers.setLimits(id, body, actorOf(request));
  }

  @Get('spend')
  @TakesQuery(spendQuerySchema)
  @Answers(
    200,
    spendResourceSchema,
    'What was spent at vendors, by provider, credential, model or day (UTC)',
    [422, 503],
  )
  getSpend(@Query({ schema: spendQuerySchema }) query: SpendQuery): Promise<SpendResource> {
    return this.providers.spend(query);
  }
}
