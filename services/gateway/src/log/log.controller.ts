import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  userLogPageSchema,
  userLogQuerySchema,
  type Principal,
  type UserLogQuery,
} from '@shotloom/contracts';
import { Answers, TakesQuery } from '../docs/route-docs';
import { sendEvents } from '../http/user-streams';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { callerOf } from '../jobs/jobs';
import { UserLog } from './user-log';

/** What happened to a user's jobs, all together. */
@ApiTags('Jobs')
@Controller('api/v1/log')
@RequireScope('read')
export class LogController {
  constructor(private readonly log: UserLog) {}

  @Get()
  @TakesQuery(userLogQuerySchema)
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Of a stream: the last line that you saw; a browser sends it by itself.',
  })
  @Answers(
    200,
    userLogPageSchema,
    'What happened to your jobs and why, newest first, a page at a time. With `Accept: text/event-stream` events `line` instead, oldest first, as they happen; a line is told two seconds after it was written. `project` answers 503 until there are projects',
    [422, 429, 503],
  )
  async getLog(
    @Query({ schema: userLogQuerySchema }) query: UserLogQuery,
    @Headers('accept') accept: string | undefined,
    @Headers('last-event-id') lastSeen: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const caller = callerOf(principal, request);
    if (accept?.includes('text/event-stream') === true) {
      sendEvents(reply, await this.log.follow(query, lastSeen, caller));
      return;
    }
    void reply.header('cache-control', 'no-store').send(await this.log.page(query, caller));
  }
}
