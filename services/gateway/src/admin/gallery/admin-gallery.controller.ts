import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Bus } from '@shotloom/bus';
import {
  listModerationRpc,
  moderatedSchema,
  moderateRpc,
  moderateSchema,
  moderationPageSchema,
  moderationQuerySchema,
  type Moderate,
  type Moderated,
  type ModerationPage,
  type ModerationQuery,
  type RpcRequest,
} from '@shotloom/contracts';
import { actorOf } from '../../audit/audit-log';
import { RemoteAction } from '../../audit/remote-action';
import { publicUrl, type Config } from '../../config';
import { Answers, TakesQuery } from '../../docs/route-docs';
import { toModerationItem } from '../../gallery/gallery-resource';
import { pathId } from '../../http/path-id';
import { RequireRole } from '../../identity/principal';
import { BUS, CONFIG } from '../../platform/parts';

type Question = Omit<RpcRequest<typeof moderateRpc>, 'decision'>;

/** What people put into the gallery, and an operator's word on it. What the gallery is open for is in the settings. */
@ApiTags('Admin')
@Controller('api/v1/admin/gallery')
@RequireRole('operator')
export class AdminGalleryController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: Config,
    private readonly remote: RemoteAction,
  ) {}

  @Get()
  @TakesQuery(moderationQuerySchema)
  @Answers(
    200,
    moderationPageSchema,
    'Videos or comments that wait for approval or were reported, oldest first',
    [422, 503],
  )
  async listModeration(
    @Query({ schema: moderationQuerySchema }) query: ModerationQuery,
  ): Promise<ModerationPage> {
    const { items, nextCursor } = await this.bus.request(listModerationRpc, query);
    const origin = publicUrl(this.config);
    return { data: items.map((item) => toModerationItem(item, origin)), next_cursor: nextCursor };
  }

  @Post('entries/:id/decide')
  @HttpCode(200)
  @Answers(
    200,
    moderatedSchema,
    'Approves a video for the gallery, keeps it out, or takes it down with its link',
    [400, 404, 409, 415, 422, 503],
  )
  decideGalleryEntry(
    @Param('id') id: string,
    @Body({ schema: moderateSchema }) body: Moderate,
    @Req() request: FastifyRequest,
  ): Promise<Moderated> {
    return this.decide({ kind: 'entry', id: pathId('gallery entry', id) }, body, request);
  }

  @Post('comments/:id/decide')
  @HttpCode(200)
  @Answers(
    200,
    moderatedSchema,
    'Approves a comment, or takes it out of sight',
    [400, 404, 409, 415, 422, 503],
  )
  decideComment(
    @Param('id') id: string,
    @Body({ schema: moderateSchema }) body: Moderate,
    @Req() request: FastifyRequest,
  ): Promise<Moderated> {
    return this.decide({ kind: 'comment', id: pathId('comment', id) }, body, request);
  }

  private decide(
    question: Question,
    { decision, reason }: Moderate,
    request: FastifyRequest,
  ): Promise<Moderated> {
    const type = `gallery_${question.kind}`;
    const action = `${type}.${DONE[decision]}`;
    const entry = { actor: actorOf(request), action, target: { type, id: question.id }, details: { reason } };
    return this.remote.run(entry, () =>
      this.bus.request(moderateRpc, { ...question, decision }, { correlationId: request.id }),
    );
  }
}

const DONE = { approve: 'approved', reject: 'rejected', take_down: 'taken_down' } as const;
