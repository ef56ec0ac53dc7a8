import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  becauseSchema,
  changedCreditsSchema,
  deadLetterPageSchema,
  deadLetterQuerySchema,
  deadLetterResourceSchema,
  jobAuditSchema,
  listDeadLettersRpc,
  listUncertainRpc,
  opsAuditRpc,
  refundJobSchema,
  replayDeadLetterRpc,
  replayedLetterSchema,
  resolvedUncertainSchema,
  resolveUncertainRpc,
  resolveUncertainSchema,
  uncertainPageSchema,
  uncertainQuerySchema,
  type AuditReport,
  type Because,
  type ChangedCredits,
  type DeadLetterQuery,
  type DeadLetterRecord,
  type RefundJob,
  type ResolveUncertain,
  type UncertainQuery,
} from '@shotloom/contracts';
import type { Bus } from '@shotloom/bus';
import { actorOf } from '../../audit/audit-log';
import { Answers, TakesQuery } from '../../docs/route-docs';
import { notFound, pathId } from '../../http/path-id';
import { RequireRole } from '../../identity/principal';
import { BUS } from '../../platform/parts';
import { shown } from '../accounts/accounts.controller';
import { CreditChanges } from '../accounts/credit-changes';
import { RemoteAction } from '../../audit/remote-action';

/** What no machine may decide, and what helps a person to decide it. */
@ApiTags('Admin')
@Controller('api/v1/admin')
@RequireRole('operator')
export class AdminOperationsController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly remote: RemoteAction,
    private readonly credits: CreditChanges,
  ) {}

  @Get('jobs/:id')
  @Answers(200, jobAuditSchema, 'What happened to a job and whether it adds up', [404, 503])
  async inspectJob(@Param('id') id: string, @Req() request: FastifyRequest): Promise<AuditReport> {
    const question = { jobId: pathId('job', id) };
    const { report } = await this.bus.request(opsAuditRpc, question, { correlationId: request.id });
    if (!report) throw notFound('job', id);
    return report;
  }

  @Post('jobs/:id/refund')
  @HttpCode(200)
  @RequireRole('admin')
  @Answers(200, changedCreditsSchema, 'Gives back what a job was charged, once', [400, 404, 409, 422])
  async refundJob(
    @Param('id') id: string,
    @Body({ schema: refundJobSchema }) body: RefundJob,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangedCredits> {
    return shown(await this.credits.refund(id, body, actorOf(request)), reply);
  }

  @Get('dead-letters')
  @TakesQuery(deadLetterQuerySchema)
  @Answers(200, deadLetterPageSchema, 'Messages that were given up, newest first', [422, 503])
  async listDeadLetters(
    @Query({ schema: deadLetterQuerySchema }) { limit, stream, before }: DeadLetterQuery,
  ): Promise<z.infer<typeof deadLetterPageSchema>> {
    const { letters } = await this.bus.request(listDeadLettersRpc, { limit, stream, before });
    return { data: letters, next_before: letters.length < limit ? null : (letters.at(-1)?.seq ?? null) };
  }

  @Get('dead-letters/:seq')
  @Answers(200, deadLetterResourceSchema, 'One message that was given up', [404, 503])
  async getDeadLetter(@Param('seq', ParseIntPipe) seq: number): Promise<DeadLetterRecord> {
    const { letters } = await this.bus.request(listDeadLettersRpc, { limit: 1, before: seq + 1 });
    const letter = letters.find((candidate) => candidate.seq === seq);
    if (!letter) throw notFound('dead letter', String(seq));
    return letter;
  }

  @Post('dead-letters/:seq/replay')
  @HttpCode(200)
  @Answers(200, replayedLetterSchema, 'Sends a message to where it was going', [400, 404, 409, 422, 503])
  async replayDeadLetter(
    @Param('seq', ParseIntPipe) seq: number,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @Req() request: FastifyRequest,
  ): Promise<z.infer<typeof replayedLetterSchema>> {
    const target = { type: 'dead_letter', id: String(seq) };
    const entry = { actor: actorOf(request), action: 'dead_letter.replayed', target, details: { reason } };
    const { subject, jobId } = await this.remote.run(entry, () =>
      this.bus.request(replayDeadLetterRpc, { seq }),
    );
    return { subject, job_id: jobId };
  }

  @Get('uncertain')
  @TakesQuery(uncertainQuerySchema)
  @Answers(
    200,
    uncertainPageSchema,
    'Attempts of which nobody knows whether a vendor has them, oldest first',
    [422, 503],
  )
  listUncertain(
    @Query({ schema: uncertainQuerySchema }) query: UncertainQuery,
  ): Promise<z.infer<typeof uncertainPageSchema>> {
    return this.uncertain(query);
  }

  @Post('uncertain/:id/resolve')
  @HttpCode(200)
  @Answers(200, resolvedUncertainSchema, 'Says what became of such an attempt', [400, 404, 409, 422, 503])
  async resolveUncertain(
    @Param('id') id: string,
    @Body({ schema: resolveUncertainSchema }) { resolution, reason }: ResolveUncertain,
    @Req() request: FastifyRequest,
  ): Promise<z.infer<typeof resolvedUncertainSchema>> {
    const attemptId = pathId('attempt', id);
    const target = { type: 'attempt', id: attemptId };
    const entry = {
      actor: actorOf(request),
      action: 'uncertain.resolved',
      target,
      details: { resolution, reason },
    };
    const { jobId } = await this.remote.run(entry, () =>
      this.bus.request(resolveUncertainRpc, { attemptId, resolution }),
    );
    return { job_id: jobId };
  }

  private async uncertain(query: UncertainQuery): Promise<z.infer<typeof uncertainPageSchema>> {
    const { attempts, more } = await this.bus.request(listUncertainRpc, query);
    return { data: attempts, more };
  }
}
