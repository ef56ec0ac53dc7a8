import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  creditsSummarySchema,
  creditTransactionPageSchema,
  creditTransactionsQuerySchema,
  type CreditsSummary,
  type CreditTransactionPage,
  type CreditTransactionsQuery,
  type Principal,
} from '@shotloom/contracts';
import { Answers, TakesQuery } from '../docs/route-docs';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { Credits } from './credits';

/** What can be spent, and what was. */
@ApiTags('Credits')
@Controller('api/v1/credits')
@RequireScope('read')
export class CreditsController {
  constructor(private readonly credits: Credits) {}

  @Get()
  @Answers(
    200,
    creditsSummarySchema,
    'What your account can spend, what is set aside for running jobs, and your limits',
  )
  getCredits(@CurrentPrincipal() principal: Principal): Promise<CreditsSummary> {
    return this.credits.summary(principal);
  }

  @Get('transactions')
  @TakesQuery(creditTransactionsQuerySchema)
  @Answers(
    200,
    creditTransactionPageSchema,
    'Every movement of your credits, newest first, a page at a time',
    [404, 422],
  )
  listCreditTransactions(
    @Query({ schema: creditTransactionsQuerySchema }) query: CreditTransactionsQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<CreditTransactionPage> {
    return this.credits.transactions(principal, query);
  }
}
