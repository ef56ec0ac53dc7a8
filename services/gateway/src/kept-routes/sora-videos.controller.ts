import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  generateSoraVideoSchema,
  jobListQuerySchema,
  soraVideoPageSchema,
  soraVideoSchema,
  toSoraVideo,
  type GenerateSoraVideo,
  type JobListQuery,
  type Principal,
  type SoraVideo,
  type SoraVideoPage,
} from '@shotloom/contracts';
import { Answers, AnswersRedirect, TakesQuery } from '../docs/route-docs';
import { redirectOnce } from '../http/redirect-once';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { callerOf, Jobs } from '../jobs/jobs';
import { KeptOrders } from './kept-orders';

const NAMES = { file_url: 'image_url', size: 'resolution' };

/** The routes of the picture-to-video product, on jobs of ours. */
@ApiTags('Picture-to-video product')
@Controller()
@RequireScope('read')
export class SoraVideosController {
  constructor(
    private readonly orders: KeptOrders,
    private readonly jobs: Jobs,
  ) {}

  @Post('api/v1/videos/generate')
  @HttpCode(200)
  @RequireScope('generate')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'As on the routes of `Generate`.' })
  @Answers(
    200,
    soraVideoSchema,
    'Orders a video; what the model cannot do becomes the nearest that it can, see `adjustments`',
    [400, 402, 404, 409, 415, 422, 503],
  )
  async generateSoraVideo(
    @Body({ schema: generateSoraVideoSchema }) body: GenerateSoraVideo,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SoraVideo> {
    const { image_url: file_url, resolution: size, ...rest } = body;
    const job = await this.orders.place({
      ...{ route: 'POST /api/v1/videos/generate', names: NAMES, key, principal, request, reply },
      body: { ...rest, file_url, size },
    });
    return toSoraVideo(job);
  }

  @Get('api/v1/videos')
  @TakesQuery(jobListQuerySchema)
  @Answers(200, soraVideoPageSchema, 'Your videos, newest first, a page at a time', [422])
  async listSoraVideos(
    @Query({ schema: jobListQuerySchema }) query: JobListQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<SoraVideoPage> {
    const { jobs, nextCursor } = await this.jobs.list(query, callerOf(principal, request));
    return { data: jobs.map(toSoraVideo), next_cursor: nextCursor };
  }

  @Get('api/v1/videos/:id')
  @Answers(200, soraVideoSchema, 'One video', [404])
  async getSoraVideo(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<SoraVideo> {
    return toSoraVideo(await this.jobs.get(id, callerOf(principal, request)));
  }

  @Get('uploads/videos/:name')
  @AnswersRedirect('The file behind `video_url`, by a link that works for an hour', [404, 409])
  async getSoraVideoFile(
    @Param('name') name: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { url } = await this.jobs.video(name.replace(/\.mp4$/, ''), callerOf(principal, request));
    redirectOnce(reply, url);
  }
}
