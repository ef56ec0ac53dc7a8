import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  createYunwuTasksSchema,
  runYunwuTasksSchema,
  yunwuProgressQuerySchema,
  yunwuRunSchema,
  yunwuTasksSchema,
  type CreateYunwuTasks,
  type Principal,
  type RunYunwuTasks,
  type YunwuProgressQuery,
  type YunwuRun,
  type YunwuTasks,
} from '@shotloom/contracts';
import { ownOrigins, type Config } from '../config';
import { Answers, AnswersEvents, TakesQuery } from '../docs/route-docs';
import type { DraftsCaller } from '../generate/drafts';
import { bindKey, readIdempotencyKey } from '../generate/idempotency-key';
import { sendEvents } from '../http/user-streams';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { callerOf } from '../jobs/jobs';
import { CONFIG } from '../platform/parts';
import { YunwuProgressStreams } from './yunwu-progress';
import { YunwuTaskDesk } from './yunwu-tasks';

const KEY = { name: 'Idempotency-Key', required: false, description: 'As on the routes of `Generate`.' };

/** The tasks of the storyboard tool. A task is a job: `/api/v1/jobs/{id}` and its routes retry, cancel and delete it. */
@ApiTags('Yunwu')
@Controller('api/yunwu')
export class YunwuTasksController {
  constructor(
    private readonly desk: YunwuTaskDesk,
    private readonly streams: YunwuProgressStreams,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('tasks')
  @HttpCode(201)
  @RequireScope('generate')
  @ApiHeader(KEY)
  @Answers(
    201,
    yunwuTasksSchema,
    'Makes tasks for shots, several for each; nothing is held and nothing starts before they are run',
    [400, 409, 415, 422, 503],
  )
  async createYunwuTasks(
    @Body({ schema: createYunwuTasksSchema }) body: CreateYunwuTasks,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<YunwuTasks> {
    const caller = this.callerOf('POST /api/yunwu/tasks', { key, principal, request });
    const { tasks, replayed } = await this.desk.create(body, caller, ownOrigins(this.config, request));
    if (replayed) void reply.header('idempotency-replayed', 'true');
    return { tasks };
  }

  @Post('tasks/run-concurrent')
  @HttpCode(202)
  @RequireScope('generate')
  @ApiHeader(KEY)
  @Answers(
    202,
    yunwuRunSchema,
    'Runs tasks that wait, all or none; so many of them at a time, and a place that becomes free is filled',
    [400, 402, 404, 409, 415, 422, 429, 503],
  )
  async runYunwuTasks(
    @Body({ schema: runYunwuTasksSchema }) body: RunYunwuTasks,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<YunwuRun> {
    const caller = this.callerOf('POST /api/yunwu/tasks/run-concurrent', { key, principal, request });
    const { replayed, ...run } = await this.desk.run(body, caller);
    if (replayed) void reply.header('idempotency-replayed', 'true');
    return run;
  }

  @Get('progress')
  @RequireScope('read')
  @TakesQuery(yunwuProgressQuerySchema)
  @AnswersEvents(
    'Events: `progress` is a list of `{task_id, status, progress}`, at each change and at least each three seconds; `done` is `{}` once every task has ended',
    [404, 422, 429],
  )
  async watchYunwuTasks(
    @Query({ schema: yunwuProgressQuerySchema }) { task_ids: ids }: YunwuProgressQuery,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const events = await this.streams.start(ids, callerOf(principal, request));
    sendEvents(reply, events);
  }

  private callerOf(
    route: string,
    asked: { key: string | undefined; principal: Principal; request: FastifyRequest },
  ): DraftsCaller {
    const { key, principal, request } = asked;
    const idempotency = bindKey(readIdempotencyKey(key), route, request.body);
    return { principal, requestId: request.id, idempotency };
  }
}
