import { Body, Controller, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  createStoryJobSchema,
  jobResourceSchema,
  toJobResource,
  type CreateStoryJob,
  type JobResource,
  type Principal,
} from '@shotloom/contracts';
import { Answers } from '../docs/route-docs';
import { namedSource } from '../generate/source-reference';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { KeptOrders } from './kept-orders';
import { noEngine } from './no-engine';

const NAMES = {
  prompt: 'user_prompt',
  model: 'model_id',
  file_url: 'reference_image',
  asset_id: 'reference_image',
};

/** Stories from one prompt. One of a single shot is a video; what makes longer ones is not there yet. */
@ApiTags('Stories')
@Controller('api/v1/jobs')
@RequireScope('generate')
export class StoriesController {
  constructor(private readonly orders: KeptOrders) {}

  @Post()
  @HttpCode(202)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'As on the routes of `Generate`.' })
  @Answers(
    202,
    jobResourceSchema,
    'Starts a story of one shot (`max_shots: 1`). Longer ones answer 503 until the engine is there',
    [400, 402, 404, 409, 413, 415, 422, 503],
  )
  async createStoryJob(
    @Body({ schema: createStoryJobSchema }) body: CreateStoryJob,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobResource> {
    const { user_prompt: prompt, model_id: model, max_shots: shots, reference_image: picture } = body;
    if (shots > 1) {
      throw noEngine(
        'Stories of several shots',
        'Ask for one shot (`max_shots`: 1), or order single videos with POST /api/v1/generate/text-to-video.',
      );
    }
    const job = await this.orders.place({
      ...{ route: 'POST /api/v1/jobs', names: NAMES, key, principal, request, reply },
      body: { prompt, model, ...namedSource(picture) },
    });
    void reply.header('location', `/api/v1/jobs/${job.jobId}`);
    return toJobResource(job);
  }
}
