import { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  jobExportQuerySchema,
  jobLinksSchema,
  jobListQuerySchema,
  jobLogPageSchema,
  jobLogQuerySchema,
  jobPageSchema,
  jobResourceSchema,
  jobVideoQuerySchema,
  stopAllJobsSchema,
  stoppedJobsSchema,
  toGeometry,
  toJobResource,
  type JobExportQuery,
  type JobLinks,
  type JobListQuery,
  type JobLogPage,
  type JobLogQuery,
  type JobResource,
  type JobVideoQuery,
  type Principal,
  type StopAllJobs,
  type StoppedJobs,
} from '@shotloom/contracts';
import { Answers, AnswersFile, AnswersNothing, AnswersRedirect, TakesQuery } from '../docs/route-docs';
import { redirectOnce } from '../http/redirect-once';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { exportJobs } from './export-jobs';
import { JobMedia, notMade, renditionOf } from './job-media';
import { callerOf, Jobs } from './jobs';

/** A user's jobs. Another user's are not found. */
@ApiTags('Jobs')
@Controller('api/v1/jobs')
@RequireScope('read')
export class JobsController {
  constructor(
    private readonly jobs: Jobs,
    private readonly media: JobMedia,
  ) {}

  @Get()
  @TakesQuery(jobListQuerySchema)
  @Answers(200, jobPageSchema, 'Your jobs, newest first, a page at a time', [422])
  async listJobs(
    @Query({ schema: jobListQuerySchema }) query: JobListQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<{ data: JobResource[]; next_cursor: string | null }> {
    const caller = callerOf(principal, request);
    const { jobs, nextCursor } = await this.jobs.list(query, caller);
    return { data: await this.media.show(jobs, caller), next_cursor: nextCursor };
  }

  @Get('export')
  @TakesQuery(jobExportQuerySchema)
  @AnswersFile(
    ['text/csv', 'application/json'],
    'All your jobs that match, newest first, as one file',
    [422, 503],
  )
  async exportJobs(
    @Query({ schema: jobExportQuerySchema }) query: JobExportQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const text = await exportJobs(this.jobs, query, callerOf(principal, request));
    const type = query.format === 'csv' ? 'text/csv' : 'application/json';
    void reply
      .header('content-type', `${type}; charset=utf-8`)
      .header('content-disposition', `attachment; filename="jobs.${query.format}"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(text));
  }

  @Get(':id')
  @Answers(200, jobResourceSchema, 'One job', [404])
  async getJob(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<JobResource> {
    const caller = callerOf(principal, request);
    const job = await this.jobs.get(id, caller);
    const [shown] = await this.media.show([job], caller);
    return shown ?? toJobResource(job);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('generate')
  @AnswersNothing('Removes a job and its video; a running one is cancelled', [404])
  async deleteJob(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.jobs.remove(id, callerOf(principal, request));
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @RequireScope('generate')
  @Answers(
    202,
    jobResourceSchema,
    'Cancels a job; one that runs has the condition `cancelling` until it ends',
    [404, 409],
  )
  async cancelJob(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<JobResource> {
    return toJobResource(await this.jobs.cancel(id, callerOf(principal, request)));
  }

  @Post('stop-all')
  @HttpCode(200)
  @RequireScope('generate')
  @Answers(
    200,
    stoppedJobsSchema,
    'Cancels your jobs that have not ended, all or those that match; at most 10,000 at a time',
    [400, 415, 422, 503],
  )
  stopAllJobs(
    @Body({ schema: stopAllJobsSchema.optional() }) body: StopAllJobs | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<StoppedJobs> {
    return this.jobs.stopAll(body ?? {}, callerOf(principal, request));
  }

  @Get(':id/log')
  @TakesQuery(jobLogQuerySchema)
  @Answers(
    200,
    jobLogPageSchema,
    'What happened to a job and why, oldest first, a page at a time',
    [404, 422],
  )
  getJobLog(
    @Param('id') id: string,
    @Query({ schema: jobLogQuerySchema }) query: JobLogQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<JobLogPage> {
    return this.jobs.log(id, query, callerOf(principal, request));
  }

  @Get(':id/video')
  @TakesQuery(jobVideoQuerySchema)
  @AnswersRedirect(
    'The finished video, by a link that works for an hour; range requests work there',
    [404, 409, 410, 422],
  )
  async getJobVideo(
    @Param('id') id: string,
    @Query({ schema: jobVideoQuerySchema }) { quality }: JobVideoQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const video = await this.jobs.video(id, callerOf(principal, request));
    const file = quality === 'original' ? video : renditionOf(video, quality);
    if (!file) throw notMade('smaller copy');
    redirectOnce(reply, file.url);
  }

  @Get(':id/links')
  @Answers(
    200,
    jobLinksSchema,
    'Links for a player, which cannot send a key; they work for an hour',
    [404, 409, 410],
  )
  async getJobLinks(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobLinks> {
    const video = await this.jobs.video(id, callerOf(principal, request));
    const sheet = renditionOf(video, 'spritesheet');
    void reply.header('cache-control', 'no-store');
    return {
      video_url: video.url,
      download_url: video.downloadUrl,
      poster_url: video.posterUrl,
      preview_url: renditionOf(video, 'preview')?.url ?? null,
      compressed_url: renditionOf(video, 'compressed')?.url ?? null,
      spritesheet: sheet?.grid ? { url: sheet.url, ...toGeometry(sheet.grid) } : null,
      expires_at: video.urlsExpireAt,
    };
  }
}
