import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  accountListQuerySchema,
  changeMemberSchema,
  memberPageSchema,
  memberResourceSchema,
  type AccountListQuery,
  type ChangeMember,
  type MemberPage,
  type MemberResource,
  type Principal,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers, AnswersNothing, TakesQuery } from '../docs/route-docs';
import { pathId } from '../http/path-id';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { requireOwner } from '../identity/require-owner';
import { Members } from './members';

/** The people who share an account. */
@ApiTags('Accounts')
@Controller('api/v1/accounts/:id/members')
@RequireScope('read')
export class MembersController {
  constructor(private readonly members: Members) {}

  @Get()
  @TakesQuery(accountListQuerySchema)
  @Answers(200, memberPageSchema, 'The members of an account', [404, 422])
  listMembers(
    @Param('id') id: string,
    @Query({ schema: accountListQuerySchema }) query: AccountListQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<MemberPage> {
    return this.members.list(principal, pathId('account', id), query);
  }

  @Patch(':userId')
  @Answers(
    200,
    memberResourceSchema,
    "Changes a member's role or monthly limit; for owners and admins, and only owners make or change owners",
    [400, 404, 409, 415, 422, 503],
  )
  async changeMember(
    @Param('id') id: string,
    @Param('userId') userId: string,
    @Body({ schema: changeMemberSchema }) body: ChangeMember,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<MemberResource> {
    requireOwner(principal);
    return this.members.change(principal, who(id, userId), body, actorOf(request));
  }

  @Delete(':userId')
  @HttpCode(204)
  @AnswersNothing('Takes a member out; their API keys of this account end', [404, 409, 503])
  async removeMember(
    @Param('id') id: string,
    @Param('userId') userId: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    requireOwner(principal);
    await this.members.remove(principal, who(id, userId), actorOf(request));
  }
}

const who = (id: string, userId: string): { accountId: string; userId: string } => ({
  accountId: pathId('account', id),
  userId: pathId('member', userId),
});
