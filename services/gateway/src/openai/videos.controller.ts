import { Body, Controller, Delete, Get, Headers, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  deletedVideoSchema,
  openAiVideoListSchema,
  openAiVideoSchema,
  remixVideoSchema,
  toOpenAiVideo,
  videoContentQuerySchema,
  videoListQuerySchema,
  type DeletedVideo,
  type OpenAiVideo,
  type OpenAiVideoList,
  type Principal,
  type RemixVideo,
  type VideoContentQuery,
  type VideoListQuery,
} from '@shotloom/contracts';
import { encodeCursor } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { Answers, AnswersRedirect, OPENAI_TAG, TakesQuery } from '../docs/route-docs';
import { discardRest } from '../http/discard-rest';
import { OPENAI_ROUTE, OPENAI_UPLOAD } from '../http/route-facts';
import { redirectOnce } from '../http/redirect-once';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { readIdempotencyKey } from '../generate/idempotency-key';
import { Retries } from '../generate/retries';
import { JobMedia, notMade, renditionOf } from '../jobs/job-media';
import { callerOf, Jobs } from '../jobs/jobs';
import { nameBrokenForm } from '../uploads/multipart-file';
import { createVideoBody } from './create-body-docs';
import { OpenAiVideos } from './videos';

/** `/v1/videos` as OpenAI has it (its Videos API of 2026). A video is a job of the native routes; both show the same one. */
@ApiTags(OPENAI_TAG)
@Controller('v1/videos')
@RequireScope('read')
export class OpenAiVideosController {
  constructor(
    private readonly videos: OpenAiVideos,
    private readonly jobs: Jobs,
    private readonly media: JobMedia,
    private readonly retries: Retries,
  ) {}

  @Post()
  @RouteConfig(OPENAI_UPLOAD)
  @RequireScope('generate')
  @ApiConsumes('multipart/form-data', 'application/json')
  @ApiBody(createVideoBody)
  @Answers(
    200,
    openAiVideoSchema,
    'Orders a video, from words or from a picture; as a form or as JSON',
    [400, 404, 409, 413, 415, 503],
  )
  async createOpenAiVideo(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OpenAiVideo> {
    void reply.code(200);
    try {
      const { job, replayed } = await this.videos.create(request, principal);
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return toOpenAiVideo(job);
    } catch (error) {
      discardRest(request);
      throw request.isMultipart() ? nameBrokenForm(error, request) : error;
    }
  }

  @Get()
  @RouteConfig(OPENAI_ROUTE)
  @TakesQuery(videoListQuerySchema)
  @Answers(200, openAiVideoListSchema, 'Your videos, a page at a time', [400, 404])
  async listOpenAiVideos(
    @Query({ schema: videoListQuerySchema }) { limit, after, order }: VideoListQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<OpenAiVideoList> {
    const caller = callerOf(principal, request);
    const last = after === undefined ? undefined : await this.jobs.get(after, caller);
    const cursor = last && encodeCursor({ createdAt: last.createdAt, id: last.jobId });
    const page = await this.jobs.list({ limit, cursor }, caller, order === 'asc' ? 'oldest' : 'newest');
    const facts = await this.media.factsOf(page.jobs, caller);
    const data = page.jobs.map((job) => toOpenAiVideo(job, facts.get(job.output?.assetId ?? '')?.expiresAt));
    return {
      object: 'list',
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: page.nextCursor !== null,
    };
  }

  @Get(':id')
  @RouteConfig(OPENAI_ROUTE)
  @Answers(200, openAiVideoSchema, 'One video', [404])
  async getOpenAiVideo(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<OpenAiVideo> {
    const caller = callerOf(principal, request);
    const job = await this.jobs.get(id, caller);
    const facts = await this.media.factsOf([job], caller);
    return toOpenAiVideo(job, facts.get(job.output?.assetId ?? '')?.expiresAt);
  }

  @Delete(':id')
  @RouteConfig(OPENAI_ROUTE)
  @RequireScope('generate')
  @Answers(200, deletedVideoSchema, 'Removes a video; one that is being made is cancelled', [404])
  async deleteOpenAiVideo(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<DeletedVideo> {
    await this.jobs.remove(id, callerOf(principal, request));
    return { id, object: 'video.deleted', deleted: true };
  }

  @Get(':id/content')
  @RouteConfig(OPENAI_ROUTE)
  @TakesQuery(videoContentQuerySchema)
  @AnswersRedirect(
    'The finished video, or a picture or a sheet of pictures of it; clients follow the redirect',
    [400, 404, 409, 410],
  )
  async getOpenAiVideoContent(
    @Param('id') id: string,
    @Query({ schema: videoContentQuerySchema }) { variant }: VideoContentQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const video = await this.jobs.video(id, callerOf(principal, request));
    const spritesheet = renditionOf(video, 'spritesheet')?.url ?? null;
    const link = { video: video.url, thumbnail: video.posterUrl, spritesheet }[variant];
    if (link === null) throw notMade(variant);
    redirectOnce(reply, link);
  }

  @Post(':id/remix')
  @RouteConfig(OPENAI_ROUTE)
  @RequireScope('generate')
  @Answers(
    200,
    openAiVideoSchema,
    'The same video with another prompt, as a new one',
    [400, 404, 409, 415, 503],
  )
  async remixOpenAiVideo(
    @Param('id') id: string,
    @Body({ schema: remixVideoSchema }) { prompt }: RemixVideo,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OpenAiVideo> {
    void reply.code(200);
    const idempotencyKey = readIdempotencyKey(key);
    const { id: requestId, body: bodyAsSent } = request;
    const wish = { principal, jobId: id, body: {}, prompt, idempotencyKey, bodyAsSent, requestId };
    const { jobs, replayed } = await this.retries.remix(wish);
    const [job] = jobs;
    if (!job) throw new AppError('internal', 'A remix was accepted without a job.');
    if (replayed) void reply.header('idempotency-replayed', 'true');
    return toOpenAiVideo(job);
  }
}
