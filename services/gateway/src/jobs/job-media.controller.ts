import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '@shotloom/contracts';
import { AnswersRedirect, AnswersText } from '../docs/route-docs';
import { redirectOnce } from '../http/redirect-once';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { callerOf } from './jobs';
import { JobMedia, notMade } from './job-media';
import { thumbnailTrack } from './thumbnail-track';

/** Pictures of a user's finished videos, by links that work for an hour. */
@ApiTags('Jobs')
@Controller('api/v1/jobs')
@RequireScope('read')
export class JobMediaController {
  constructor(private readonly media: JobMedia) {}

  @Get(':id/thumbnail')
  @AnswersRedirect('A still picture of the finished video (JPEG)', [404, 409, 410])
  async getJobThumbnail(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    redirectOnce(reply, await this.media.thumbnail(id, callerOf(principal, request)));
  }

  @Get(':id/preview')
  @AnswersRedirect('The first seconds of the finished video as a moving picture (WebP)', [404, 409, 410])
  async getJobPreview(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { url } = await this.media.rendition(id, 'preview', callerOf(principal, request));
    redirectOnce(reply, url);
  }

  @Get(':id/spritesheet')
  @AnswersRedirect(
    'Small pictures of the whole video on one sheet (JPEG); the job says how they lie',
    [404, 409, 410],
  )
  async getJobSpritesheet(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { url } = await this.media.rendition(id, 'spritesheet', callerOf(principal, request));
    redirectOnce(reply, url);
  }

  @Get(':id/spritesheet.vtt')
  @AnswersText(
    'text/vtt',
    'The sheet as a thumbnail track for a player; its links work for an hour',
    [404, 409, 410],
  )
  async getJobThumbnailTrack(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { url, grid } = await this.media.rendition(id, 'spritesheet', callerOf(principal, request));
    if (grid === null) throw notMade('spritesheet');
    void reply
      .header('cache-control', 'no-store')
      .type('text/vtt; charset=utf-8')
      .send(thumbnailTrack(url, grid));
  }
}
