import { Body, Controller, Headers, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  jobResourceSchema,
  retryJobSchema,
  toJobResource,
  type JobResource,
  type Principal,
  type RetryJob,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { Answers } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { readIdempotencyKey } from './idempotency-key';
import { Retries } from './retries';

/** Once more. It is a way to generate, so it lives here and not with the jobs. */
@ApiTags('Jobs')
@Controller('api/v1/jobs')
@RequireScope('generate')
export class RetryController {
  constructor(private readonly retries: Retries) {}

  @Post(':id/retry')
  @HttpCode(202)
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body give the same answer for 24 hours; another body gives 409.',
  })
  @Answers(
    202,
    jobResourceSchema,
    "Makes a job that has ended once more: a new job with the same inputs, at today's price",
    [400, 402, 404, 409, 415, 422, 503],
  )
  async retryJob(
    @Param('id') jobId: string,
    @Body({ schema: retryJobSchema.optional() }) body: RetryJob | undefined,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobResource> {
    const { jobs, replayed } = await this.retries.retry({
      principal,
      jobId,
      body: body ?? {},
      idempotencyKey: readIdempotencyKey(key),
      bodyAsSent: request.body,
      requestId: request.id,
    });
    const [job] = jobs;
    if (!job) throw new AppError('internal', 'A retry was accepted without a job.');
    if (replayed) void reply.header('idempotency-replayed', 'true');
    void reply.header('location', `/api/v1/jobs/${job.jobId}`);
    return toJobResource(job);
  }
}
