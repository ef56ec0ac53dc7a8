import { Controller, Delete, Get, HttpCode, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  assetListQuerySchema,
  assetPageSchema,
  assetResourceSchema,
  type AssetListQuery,
  type AssetPage,
  type AssetResource,
  type Principal,
} from '@shotloom/contracts';
import { publicUrl, type Config } from '../config';
import { Answers, AnswersNothing, AnswersRedirect, TakesQuery } from '../docs/route-docs';
import { redirectOnce } from '../http/redirect-once';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { callerOf, Jobs } from '../jobs/jobs';
import { CONFIG } from '../platform/parts';
import { Assets } from './assets';

/** A user's stored files, uploaded or made by jobs. Another user's are not found. */
@ApiTags('Uploads')
@Controller('api/v1/assets')
@RequireScope('read')
export class AssetsController {
  constructor(
    private readonly assets: Assets,
    private readonly jobs: Jobs,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @TakesQuery(assetListQuerySchema)
  @Answers(200, assetPageSchema, 'Your files, newest first, a page at a time', [422, 503])
  listAssets(
    @Query({ schema: assetListQuerySchema }) query: AssetListQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<AssetPage> {
    return this.assets.list(query, callerOf(principal, request), publicUrl(this.config));
  }

  @Get(':id')
  @Answers(200, assetResourceSchema, 'One of your files', [404, 410, 503])
  getAsset(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<AssetResource> {
    return this.assets.get(id, callerOf(principal, request), publicUrl(this.config));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('generate')
  @AnswersNothing(
    'Deletes a file, which is out of your quota at once. 409 with `reason: asset_in_use` and `job_ids` while jobs need it, and with `reason: made_by_job` for the video of a job, which goes with its job',
    [404, 409, 503],
  )
  async deleteAsset(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.assets.remove(id, callerOf(principal, request));
  }

  @Get(':id/file')
  @AnswersRedirect('The file of an asset, by a link that works for an hour', [404, 410])
  async getAssetFile(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { url } = await this.jobs.asset(id, callerOf(principal, request));
    redirectOnce(reply, url);
  }
}
