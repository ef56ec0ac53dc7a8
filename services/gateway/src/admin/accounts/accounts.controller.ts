import { Body, Controller, Get, Headers, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  adminAccountDetailSchema,
  adminAccountListQuerySchema,
  adminAccountPageSchema,
  becauseSchema,
  changeCreditsSchema,
  changedCreditsSchema,
  changePlanSchema,
  type AdminAccount,
  type AdminAccountDetail,
  type AdminAccountListQuery,
  type Because,
  type ChangeCredits,
  type ChangedCredits,
  type ChangePlan,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { actorOf } from '../../audit/audit-log';
import { Answers, TakesQuery } from '../../docs/route-docs';
import { readIdempotencyKey } from '../../generate/idempotency-key';
import { RequireRole } from '../../identity/principal';
import { AdminAccounts } from './accounts';
import { CreditChanges, type CreditsAnswer } from './credit-changes';

@ApiTags('Admin')
@Controller('api/v1/admin/accounts')
@RequireRole('operator')
export class AdminAccountsController {
  constructor(
    private readonly accounts: AdminAccounts,
    private readonly credits: CreditChanges,
  ) {}

  @Get()
  @TakesQuery(adminAccountListQuerySchema)
  @Answers(200, adminAccountPageSchema, 'Every account, newest first, a page at a time', [422])
  listAllAccounts(
    @Query({ schema: adminAccountListQuerySchema }) query: AdminAccountListQuery,
  ): Promise<{ data: AdminAccount[]; next_cursor: string | null }> {
    return this.accounts.list(query);
  }

  @Get(':id')
  @Answers(200, adminAccountDetailSchema, 'One account, with credits, members and what moved last', [404])
  inspectAccount(@Param('id') id: string): Promise<AdminAccountDetail> {
    return this.accounts.get(id);
  }

  @Put(':id/plan')
  @RequireRole('admin')
  @Answers(200, adminAccountDetailSchema, 'Gives an account another plan', [400, 404, 409, 422])
  changeAccountPlan(
    @Param('id') id: string,
    @Body({ schema: changePlanSchema }) { plan_id: plan, reason }: ChangePlan,
    @Req() request: FastifyRequest,
  ): Promise<AdminAccountDetail> {
    return this.accounts.changePlan(id, plan, reason, actorOf(request));
  }

  @Post(':id/disable')
  @HttpCode(200)
  @Answers(200, adminAccountDetailSchema, 'Lets nobody work in an account', [400, 404, 422])
  disableAccount(
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @Req() request: FastifyRequest,
  ): Promise<AdminAccountDetail> {
    return this.accounts.setDisabled(id, true, reason, actorOf(request));
  }

  @Post(':id/enable')
  @HttpCode(200)
  @Answers(200, adminAccountDetailSchema, 'Opens an account again', [400, 404, 422])
  enableAccount(
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @Req() request: FastifyRequest,
  ): Promise<AdminAccountDetail> {
    return this.accounts.setDisabled(id, false, reason, actorOf(request));
  }

  @Post(':id/credits')
  @HttpCode(200)
  @RequireRole('admin')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: true,
    description: 'The same key is the same change, for ever.',
  })
  @Answers(200, changedCreditsSchema, 'Gives credits to an account, or takes them', [400, 404, 409, 422])
  async changeAccountCredits(
    @Param('id') id: string,
    @Body({ schema: changeCreditsSchema }) body: ChangeCredits,
    @Headers('idempotency-key') header: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangedCredits> {
    const key = readIdempotencyKey(header);
    if (key === undefined) {
      const reason = 'Credits are moved once for each key: send an Idempotency-Key.';
      throw new AppError('invalid_input', reason, { fields: [{ field: 'Idempotency-Key', reason }] });
    }
    return shown(await this.credits.change(id, body, key, actorOf(request)), reply);
  }
}

export function shown({ replayed, ...answer }: CreditsAnswer, reply: FastifyReply): ChangedCredits {
  if (replayed) void reply.header('idempotency-replayed', 'true');
  return answer;
}
