import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  toTurboJob,
  turboJobSchema,
  turboOrderSchema,
  type Principal,
  type TurboJob,
} from '@shotloom/contracts';
import { Answers } from '../docs/route-docs';
import { discardRest } from '../http/discard-rest';
import { STREAMS_BODY } from '../http/route-facts';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { callerOf, Jobs } from '../jobs/jobs';
import { UploadRules } from '../uploads/upload-limits';
import { noEngine } from './no-engine';
import { readTurboOrder } from './turbo-order';

/** The routes of the studio. Its states are there for every job; orders are checked, and wait for the engine. */
@ApiTags('I2V Studio')
@Controller('v1/turbodiffusion')
@RequireScope('read')
export class TurboDiffusionController {
  constructor(
    private readonly jobs: Jobs,
    private readonly rules: UploadRules,
  ) {}

  @Post('wan22-i2v/jobs')
  @HttpCode(200)
  @RouteConfig(STREAMS_BODY)
  @RequireScope('generate')
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['prompt', 'image'],
      properties: {
        prompt: { type: 'string', minLength: 1, maxLength: 2000 },
        image: { type: 'string', format: 'binary', description: 'JPG, PNG or WEBP.' },
        seed: { type: 'integer', minimum: 0, maximum: 4_294_967_295, default: 0 },
        num_steps: { type: 'integer', minimum: 1, maximum: 4, default: 4 },
        quantized: { type: 'boolean', default: true },
      },
    },
  })
  @Answers(
    200,
    turboOrderSchema,
    'Orders a video of Wan 2.2. Answers 503 until the engine is there',
    [413, 422, 503],
  )
  async createTurboJob(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<never> {
    try {
      const { imageMaxBytes } = await this.rules.limitsForNew(principal);
      await readTurboOrder(request, imageMaxBytes);
    } catch (error) {
      discardRest(request);
      throw error;
    }
    throw noEngine(
      'Videos of TurboDiffusion',
      'Use POST /api/v1/generate/image-to-video with another model.',
    );
  }

  @Get('jobs/:id')
  @Answers(200, turboJobSchema, 'One job, in the two vocabularies of the studio', [404])
  async getTurboJob(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<TurboJob> {
    const caller = callerOf(principal, request);
    const job = await this.jobs.get(id, caller);
    const video = job.output && (await this.jobs.asset(job.output.assetId, caller, 'video'));
    return toTurboJob(job, video?.url ?? null);
  }
}
