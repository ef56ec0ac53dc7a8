import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  accountListQuerySchema,
  accountPageSchema,
  accountResourceSchema,
  changeAccountSchema,
  createAccountSchema,
  type AccountListQuery,
  type AccountPage,
  type AccountResource,
  type ChangeAccount,
  type CreateAccount,
  type Principal,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers, AnswersNothing, TakesQuery } from '../docs/route-docs';
import { readIdempotencyKey } from '../generate/idempotency-key';
import { pathId } from '../http/path-id';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { requireOwner } from '../identity/require-owner';
import { Accounts } from './accounts';
import { Members } from './members';

/** Accounts pay. Everybody has one of their own; an organisation is one that several share. */
@ApiTags('Accounts')
@Controller('api/v1/accounts')
@RequireScope('read')
export class AccountsController {
  constructor(
    private readonly accounts: Accounts,
    private readonly members: Members,
  ) {}

  @Get()
  @TakesQuery(accountListQuerySchema)
  @Answers(200, accountPageSchema, 'The accounts that you are a member of', [422])
  listAccounts(
    @Query({ schema: accountListQuerySchema }) query: AccountListQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<AccountPage> {
    return this.accounts.list(principal, query);
  }

  @Post()
  @HttpCode(201)
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body give the same answer for 24 hours; another body gives 409.',
  })
  @Answers(201, accountResourceSchema, 'Makes an organisation, which you own', [400, 409, 415, 422, 503])
  async createAccount(
    @Body({ schema: createAccountSchema }) body: CreateAccount,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountResource> {
    requireOwner(principal);
    const made = await this.accounts.create(principal, body, actorOf(request), readIdempotencyKey(key));
    void reply.header('location', `/api/v1/accounts/${made.id}`);
    return made;
  }

  @Get(':id')
  @Answers(200, accountResourceSchema, 'One of your accounts', [404])
  getAccount(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<AccountResource> {
    return this.accounts.get(principal, pathId('account', id));
  }

  @Patch(':id')
  @Answers(200, accountResourceSchema, 'Renames an account, or sets its alert', [400, 404, 415, 422, 503])
  async changeAccount(
    @Param('id') id: string,
    @Body({ schema: changeAccountSchema }) body: ChangeAccount,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<AccountResource> {
    requireOwner(principal);
    return this.accounts.change(principal, pathId('account', id), body, actorOf(request));
  }

  @Post(':id/activate')
  @HttpCode(200)
  @Answers(
    200,
    accountResourceSchema,
    'Lets this account pay for what you do when you are signed in; API keys stay with theirs',
    [404, 409, 503],
  )
  async activateAccount(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<AccountResource> {
    requireOwner(principal);
    return this.accounts.activate(principal, pathId('account', id), actorOf(request));
  }

  @Post(':id/leave')
  @HttpCode(204)
  @AnswersNothing('Leaves an organisation; your API keys there end', [404, 409, 503])
  async leaveAccount(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    requireOwner(principal);
    const accountId = pathId('account', id);
    await this.members.remove(principal, { accountId, userId: principal.userId }, actorOf(request));
  }
}
