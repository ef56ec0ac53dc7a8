import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  balanceResourceSchema,
  connectionReportSchema,
  providerConfigSchema,
  providerListSchema,
  saveProviderConfigSchema,
  type BalanceResource,
  type ConnectionReportResource,
  type Principal,
  type ProviderConfig,
  type ProviderResource,
  type SaveProviderConfig,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers, AnswersNothing } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { OwnKeys } from './own-keys';
import { ProviderConfigs } from './provider-configs';
import { ProviderList } from './provider-list';

/** The engines behind the models, and your own keys at them. Secrets go in and never come out. */
@ApiTags('Providers')
@Controller('api/v1/providers')
@RequireScope('read')
export class ProvidersController {
  constructor(
    private readonly providers: ProviderList,
    private readonly configs: ProviderConfigs,
    private readonly ownKeys: OwnKeys,
  ) {}

  @Get()
  @Answers(200, providerListSchema, 'Every provider that runs here, and how it does', [503])
  async listProviders(@CurrentPrincipal() principal: Principal): Promise<{ data: ProviderResource[] }> {
    const { providers } = await this.ownKeys.termsOf(principal.userId);
    return { data: await this.providers.list(providers) };
  }

  @Get(':id/config')
  @Answers(200, providerConfigSchema, 'Your own key, masked, and your settings at a provider', [404, 409])
  getProviderConfig(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ProviderConfig> {
    return this.configs.show(id, principal);
  }

  @Put(':id/config')
  @RequireScope('generate')
  @Answers(
    200,
    providerConfigSchema,
    'Saves your own key or your settings; a masked value keeps its secret',
    [400, 404, 409, 422],
  )
  saveProviderConfig(
    @Param('id') id: string,
    @Body({ schema: saveProviderConfigSchema }) body: SaveProviderConfig,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ProviderConfig> {
    return this.configs.save(id, body, principal, actorOf(request));
  }

  @Delete(':id/config')
  @HttpCode(204)
  @RequireScope('generate')
  @AnswersNothing('Removes your own key and your settings', [404, 409])
  deleteProviderConfig(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.configs.remove(id, principal, actorOf(request));
  }

  @Post(':id/test-connection')
  @HttpCode(200)
  @RequireScope('generate')
  @Answers(200, connectionReportSchema, 'Whether your own key works, within ten seconds', [404, 409, 503])
  testProviderConnection(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ConnectionReportResource> {
    return this.configs.test(id, principal);
  }

  @Get(':id/balance')
  @Answers(200, balanceResourceSchema, 'What is left at the vendor under your own key', [404, 409, 422, 503])
  getProviderBalance(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<BalanceResource> {
    return this.configs.balance(id, principal);
  }
}
