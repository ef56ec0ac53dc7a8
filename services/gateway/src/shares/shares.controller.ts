import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  shareJobSchema,
  shareListQuerySchema,
  sharePageSchema,
  shareResourceSchema,
  type Principal,
  type ShareJob,
  type ShareListQuery,
  type SharePage,
  type ShareResource,
} from '@shotloom/contracts';
import { Answers, AnswersNothing, TakesQuery } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { sharerOf, Shares } from './shares';

/** Public links to finished videos; see docs/sharing.md. */
@ApiTags('Sharing')
@Controller('api/v1')
@RequireScope('read')
export class SharesController {
  constructor(private readonly shares: Shares) {}

  @Post('jobs/:id/share')
  @HttpCode(200)
  @RequireScope('generate')
  @Answers(
    200,
    shareResourceSchema,
    'Makes a public link to the video of a finished job, or changes the one there is; see its `url`',
    [400, 404, 409, 415, 422, 503],
  )
  shareJob(
    @Param('id') id: string,
    @Body({ schema: shareJobSchema.optional() }) body: ShareJob | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ShareResource> {
    return this.shares.share(id, body ?? {}, sharerOf(principal, request));
  }

  @Get('jobs/:id/share')
  @Answers(200, shareResourceSchema, 'The public link to a job', [404, 503])
  getShare(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ShareResource> {
    return this.shares.get(id, sharerOf(principal, request));
  }

  @Delete('jobs/:id/share')
  @HttpCode(204)
  @RequireScope('generate')
  @AnswersNothing(
    'Closes the public link at once, and takes the video out of the gallery; a file that was opened before plays on for an hour at most',
    [404, 409, 503],
  )
  async revokeShare(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.shares.revoke(id, sharerOf(principal, request));
  }

  @Get('shares')
  @TakesQuery(shareListQuerySchema)
  @Answers(200, sharePageSchema, 'Your public links, newest first, a page at a time', [422, 503])
  listShares(
    @Query({ schema: shareListQuerySchema }) query: ShareListQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<SharePage> {
    return this.shares.list(query, sharerOf(principal, request));
  }
}
