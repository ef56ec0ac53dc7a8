import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createStoryJobSchema, jobResourceSchema, type CreateStoryJob } from '@shotloom/contracts';
import { Answers } from '../docs/route-docs';
import { RequireScope } from '../identity/principal';
import { noEngine } from './no-engine';

/** Stories from one prompt. The order is checked already; what makes it is not there yet. */
@ApiTags('Stories')
@Controller('api/v1/jobs')
@RequireScope('generate')
export class StoriesController {
  @Post()
  @HttpCode(202)
  @Answers(
    202,
    jobResourceSchema,
    'Starts a story. Answers 503 until the engine is there',
    [400, 415, 422, 503],
  )
  createStoryJob(@Body({ schema: createStoryJobSchema }) _body: CreateStoryJob): never {
    throw noEngine('Stories', 'Order single videos with POST /api/v1/generate/text-to-video.');
  }
}
