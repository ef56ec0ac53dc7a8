import { Body, Controller, Headers, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  imageToVideoSchema,
  textToVideoSchema,
  toJobResource,
  videoToAnimeSchema,
  type ImageToVideo,
  type JobResource,
  type Operation,
  type Principal,
  type TextToVideo,
  type VideoToAnime,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { ownOrigins, type Config } from '../config';
import { AnswersJobs } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { CONFIG } from '../platform/parts';
import { Generation } from './generation';
import { readIdempotencyKey } from './idempotency-key';
import type { GenerateBody } from './video-request';

type Answer = JobResource | { readonly data: readonly JobResource[] };

/** The three ways to a video. Each answers 202 with the job, or with a group where variants were asked for. */
@ApiTags('Generate')
@ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description: 'The same key and body give the same answer for 24 hours; another body gives 409.',
})
@Controller('api/v1/generate')
@RequireScope('generate')
export class GenerateController {
  constructor(
    private readonly generation: Generation,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('image-to-video')
  @HttpCode(202)
  @AnswersJobs('A picture that moves as the prompt says')
  imageToVideo(
    @Body({ schema: imageToVideoSchema }) body: ImageToVideo,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    return this.generate('image-to-video', body, { key, principal, request, reply });
  }

  @Post('text-to-video')
  @HttpCode(202)
  @AnswersJobs('A video from words alone')
  textToVideo(
    @Body({ schema: textToVideoSchema }) body: TextToVideo,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    return this.generate('text-to-video', body, { key, principal, request, reply });
  }

  @Post('video-to-anime')
  @HttpCode(202)
  @AnswersJobs('A video drawn anew as anime')
  videoToAnime(
    @Body({ schema: videoToAnimeSchema }) body: VideoToAnime,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    return this.generate('video-to-anime', body, { key, principal, request, reply });
  }

  private async generate(
    operation: Operation,
    body: GenerateBody,
    {
      key,
      principal,
      request,
      reply,
    }: {
      key: string | undefined;
      principal: Principal;
      request: FastifyRequest;
      reply: FastifyReply;
    },
  ): Promise<Answer> {
    const { jobs, replayed } = await this.generation.generate({
      principal,
      operation,
      body,
      idempotencyKey: readIdempotencyKey(key),
      bodyAsSent: request.body,
      origins: ownOrigins(this.config, request),
      requestId: request.id,
    });
    if (replayed) void reply.header('idempotency-replayed', 'true');
    const [first, ...others] = jobs;
    if (!first) throw new AppError('internal', 'A request was accepted without a job.');
    if (others.length > 0) return { data: jobs.map(toJobResource) };
    void reply.header('location', `/api/v1/jobs/${first.jobId}`);
    return toJobResource(first);
  }
}
