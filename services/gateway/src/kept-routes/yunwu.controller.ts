import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  connectionReportSchema,
  fromYunwuConfig,
  saveYunwuConfigSchema,
  toYunwuConfig,
  yunwuConfigSchema,
  type ConnectionReportResource,
  type Principal,
  type SaveYunwuConfig,
  type YunwuConfig,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { ProviderConfigs } from '../providers/provider-configs';

const PROVIDER = 'yunwu';

/** The settings of the storyboard tool: the caller's own key and habits at Yunwu. The platform's keys are the operator's. */
@ApiTags('Yunwu')
@Controller('api/yunwu')
@RequireScope('read')
export class YunwuController {
  constructor(private readonly configs: ProviderConfigs) {}

  @Get('config')
  @Answers(200, yunwuConfigSchema, 'Your own key at Yunwu, masked, and your settings', [404, 409])
  async getYunwuConfig(@CurrentPrincipal() principal: Principal): Promise<YunwuConfig> {
    return toYunwuConfig(await this.configs.show(PROVIDER, principal));
  }

  @Post('config')
  @HttpCode(200)
  @RequireScope('generate')
  @Answers(
    200,
    yunwuConfigSchema,
    'Saves your own key or your settings; a masked key keeps its secret',
    [400, 404, 409, 422],
  )
  async saveYunwuConfig(
    @Body({ schema: saveYunwuConfigSchema }) body: SaveYunwuConfig,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<YunwuConfig> {
    const change = fromYunwuConfig(body, await this.configs.show(PROVIDER, principal));
    return toYunwuConfig(await this.configs.save(PROVIDER, change, principal, actorOf(request)));
  }

  @Post('test-connection')
  @HttpCode(200)
  @RequireScope('generate')
  @Answers(200, connectionReportSchema, 'Whether your own key works, within ten seconds', [404, 409, 503])
  testYunwuConnection(@CurrentPrincipal() principal: Principal): Promise<ConnectionReportResource> {
    return this.configs.test(PROVIDER, principal);
  }
}
