import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  addCommentSchema,
  commentListQuerySchema,
  commentPageSchema,
  commentSchema,
  reportSchema,
  type AddComment,
  type CommentListQuery,
  type CommentPage,
  type GalleryComment,
  type Principal,
  type ReportToOperators,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers, AnswersNothing, TakesQuery } from '../docs/route-docs';
import { CurrentPrincipal, KeyOptional, MaybePrincipal, RequireScope } from '../identity/principal';
import { Gallery } from './gallery';

/** What people say about the videos in the gallery. */
@ApiTags('Gallery')
@Controller('api/v1')
@RequireScope('read')
export class CommentsController {
  constructor(private readonly gallery: Gallery) {}

  @Get('gallery/:id/comments')
  @KeyOptional()
  @TakesQuery(commentListQuerySchema)
  @Answers(200, commentPageSchema, 'What people said about a video, newest first', [404, 422, 503])
  listComments(
    @Param('id') id: string,
    @Query({ schema: commentListQuerySchema }) query: CommentListQuery,
    @MaybePrincipal() principal: Principal | null,
  ): Promise<CommentPage> {
    return this.gallery.comments(id, query, principal);
  }

  @Post('gallery/:id/comments')
  @HttpCode(201)
  @RequireScope('generate')
  @Answers(
    201,
    commentSchema,
    'Says something about a video; `pending` where the operator reads it first',
    [400, 404, 415, 422, 503],
  )
  addComment(
    @Param('id') id: string,
    @Body({ schema: addCommentSchema }) { text }: AddComment,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<GalleryComment> {
    return this.gallery.comment(id, text, { principal, actor: actorOf(request) });
  }

  @Delete('comments/:id')
  @HttpCode(204)
  @RequireScope('generate')
  @AnswersNothing('Deletes a comment: its author may, the owner of the video, and an operator', [404, 503])
  async deleteComment(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.gallery.deleteComment(id, { principal, actor: actorOf(request) });
  }

  @Post('comments/:id/report')
  @HttpCode(204)
  @RequireScope('generate')
  @AnswersNothing('Shows a comment to the operators, who decide about it', [400, 404, 415, 422, 503])
  async reportComment(
    @Param('id') id: string,
    @Body({ schema: reportSchema }) { reason }: ReportToOperators,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.gallery.report('comment', id, reason, { principal, actor: actorOf(request) });
  }
}
