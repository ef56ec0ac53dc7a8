import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  acceptInvitationSchema,
  accountListQuerySchema,
  accountResourceSchema,
  createInvitationSchema,
  invitationPageSchema,
  invitationResourceSchema,
  type AcceptInvitation,
  type AccountListQuery,
  type AccountResource,
  type CreateInvitation,
  type InvitationPage,
  type InvitationResource,
  type Principal,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers, AnswersNothing, TakesQuery } from '../docs/route-docs';
import { readIdempotencyKey } from '../generate/idempotency-key';
import { pathId } from '../http/path-id';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { requireOwner } from '../identity/require-owner';
import { Accounts } from './accounts';
import { Invitations } from './invitations';

/** How people join an organisation. */
@ApiTags('Accounts')
@Controller('api/v1')
@RequireScope('read')
export class InvitationsController {
  constructor(
    private readonly invitations: Invitations,
    private readonly accounts: Accounts,
  ) {}

  @Get('accounts/:id/invitations')
  @TakesQuery(accountListQuerySchema)
  @Answers(
    200,
    invitationPageSchema,
    'Invitations that wait for an answer; for owners and admins',
    [404, 422],
  )
  listInvitations(
    @Param('id') id: string,
    @Query({ schema: accountListQuerySchema }) query: AccountListQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<InvitationPage> {
    return this.invitations.list(principal, pathId('account', id), query);
  }

  @Post('accounts/:id/invitations')
  @HttpCode(201)
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body send one mail for 24 hours; another body gives 409.',
  })
  @Answers(
    201,
    invitationResourceSchema,
    'Invites somebody by e-mail; again for the same address sends a new link, and the old one ends',
    [400, 404, 409, 415, 422, 503],
  )
  async createInvitation(
    @Param('id') id: string,
    @Body({ schema: createInvitationSchema }) body: CreateInvitation,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<InvitationResource> {
    requireOwner(principal);
    const accountId = pathId('account', id);
    const idempotencyKey = readIdempotencyKey(key);
    return this.invitations.create(principal, accountId, body, { actor: actorOf(request), idempotencyKey });
  }

  @Delete('accounts/:id/invitations/:invitationId')
  @HttpCode(204)
  @AnswersNothing('Takes an invitation back', [404, 503])
  async revokeInvitation(
    @Param('id') id: string,
    @Param('invitationId') invitationId: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    requireOwner(principal);
    const ids = [pathId('account', id), pathId('invitation', invitationId)] as const;
    await this.invitations.revoke(principal, ...ids, actorOf(request));
  }

  @Post('invitations/accept')
  @HttpCode(200)
  @Answers(
    200,
    accountResourceSchema,
    'Joins the organisation of an invitation, as the person whose address was invited',
    [400, 404, 409, 415, 422, 503],
  )
  async acceptInvitation(
    @Body({ schema: acceptInvitationSchema }) { token }: AcceptInvitation,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<AccountResource> {
    requireOwner(principal);
    const accountId = await this.invitations.accept(principal, token, actorOf(request));
    return this.accounts.get(principal, accountId);
  }
}
