import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  batchDetailSchema,
  batchListQuerySchema,
  batchPageSchema,
  batchQuoteSchema,
  createBatchSchema,
  stoppedJobsSchema,
  type BatchDetail,
  type BatchListQuery,
  type BatchPage,
  type BatchQuote,
  type CreateBatch,
  type Principal,
  type StoppedJobs,
} from '@shotloom/contracts';
import { ownOrigins, type Config } from '../config';
import { Answers, TakesQuery } from '../docs/route-docs';
import { bindKey, readIdempotencyKey } from '../generate/idempotency-key';
import { BATCH_BODY } from '../http/route-facts';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { callerOf } from '../jobs/jobs';
import { CONFIG } from '../platform/parts';
import { Batches } from './batches';

const ROUTE = 'POST /api/v1/batches';

/** Many orders at once. The body is JSON, or `text/csv` whose first line names the fields of a row; see docs/batches.md. */
@ApiTags('Generate')
@Controller('api/v1/batches')
@RequireScope('read')
export class BatchesController {
  constructor(
    private readonly batches: Batches,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @HttpCode(202)
  @RouteConfig(BATCH_BODY)
  @RequireScope('generate')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'As on the routes of `Generate`.' })
  @Answers(
    202,
    batchDetailSchema,
    'Orders up to 1,000 videos, all of them or none; `text/csv` is taken too. Fields of rows are named `rows.N.field`, from 0',
    [400, 402, 409, 413, 415, 422, 429, 503],
  )
  async createBatch(
    @Body({ schema: createBatchSchema }) body: CreateBatch,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchDetail> {
    const { batch, replayed } = await this.batches.create(
      { principal, body, origins: ownOrigins(this.config, request), requestId: request.id },
      bindKey(readIdempotencyKey(key), ROUTE, request.body),
    );
    if (replayed) void reply.header('idempotency-replayed', 'true');
    void reply.header('location', `/api/v1/batches/${batch.id}`);
    return batch;
  }

  @Post('quote')
  @HttpCode(200)
  @RouteConfig(BATCH_BODY)
  @Answers(
    200,
    batchQuoteSchema,
    'What a batch would cost now; whatever is refused here would be refused there',
    [400, 413, 415, 422, 503],
  )
  quoteBatch(
    @Body({ schema: createBatchSchema }) body: CreateBatch,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<BatchQuote> {
    const origins = ownOrigins(this.config, request);
    return this.batches.quote({ principal, body, origins, requestId: request.id });
  }

  @Get()
  @TakesQuery(batchListQuerySchema)
  @Answers(200, batchPageSchema, 'Your batches, newest first, a page at a time', [422, 503])
  listBatches(
    @Query({ schema: batchListQuerySchema }) query: BatchListQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<BatchPage> {
    return this.batches.list(query, callerOf(principal, request));
  }

  @Get(':id')
  @Answers(200, batchDetailSchema, 'How far a batch is, what it cost so far, and its jobs', [404, 503])
  getBatch(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<BatchDetail> {
    return this.batches.get(id, callerOf(principal, request));
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @RequireScope('generate')
  @Answers(202, stoppedJobsSchema, 'Cancels the videos of a batch that have not ended', [404, 503])
  cancelBatch(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<StoppedJobs> {
    return this.batches.cancel(id, callerOf(principal, request));
  }
}
