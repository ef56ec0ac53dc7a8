import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  galleryLikesSchema,
  galleryPageSchema,
  galleryQuerySchema,
  reportSchema,
  type GalleryLikes,
  type GalleryPage,
  type GalleryQuery,
  type Principal,
  type ReportToOperators,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers, AnswersNothing, TakesQuery } from '../docs/route-docs';
import { CurrentPrincipal, KeyOptional, MaybePrincipal, RequireScope } from '../identity/principal';
import { Gallery } from './gallery';

/** Videos that people show to others; see docs/sharing.md. */
@ApiTags('Gallery')
@Controller('api/v1/gallery')
@RequireScope('read')
export class GalleryController {
  constructor(private readonly gallery: Gallery) {}

  @Get()
  @KeyOptional()
  @TakesQuery(galleryQuerySchema)
  @Answers(
    200,
    galleryPageSchema,
    'What people show to others, a page at a time; without a key where the operator opens it to everybody',
    [404, 422, 503],
  )
  listGallery(
    @Query({ schema: galleryQuerySchema }) query: GalleryQuery,
    @MaybePrincipal() principal: Principal | null,
  ): Promise<GalleryPage> {
    return this.gallery.list(query, principal);
  }

  @Put(':id/like')
  @RequireScope('generate')
  @Answers(200, galleryLikesSchema, 'Likes a video, once however often it is said', [404, 503])
  likeGalleryEntry(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<GalleryLikes> {
    return this.gallery.like(id, true, { principal, actor: actorOf(request) });
  }

  @Delete(':id/like')
  @RequireScope('generate')
  @Answers(200, galleryLikesSchema, 'Takes the like back', [404, 503])
  unlikeGalleryEntry(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<GalleryLikes> {
    return this.gallery.like(id, false, { principal, actor: actorOf(request) });
  }

  @Post(':id/report')
  @HttpCode(204)
  @RequireScope('generate')
  @AnswersNothing('Shows a video to the operators, who decide about it', [400, 404, 415, 422, 503])
  async reportGalleryEntry(
    @Param('id') id: string,
    @Body({ schema: reportSchema }) { reason }: ReportToOperators,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.gallery.report('entry', id, reason, { principal, actor: actorOf(request) });
  }
}
