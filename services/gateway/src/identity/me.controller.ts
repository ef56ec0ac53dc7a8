import { Body, Controller, Get, HttpCode, Inject, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  meResourceSchema,
  signInWaysSchema,
  ticketResourceSchema,
  updateMeSchema,
  type MeResource,
  type Principal,
  type SignInWays,
  type UpdateMe,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { getBalance } from '@shotloom/ledger';
import { clientOf } from '../auth/client';
import { Profile } from '../auth/profile';
import { Answers } from '../docs/route-docs';
import { DATABASE } from '../platform/parts';
import { CurrentPrincipal, RequireScope } from './principal';
import { requireOwner } from './require-owner';
import type { IdentityTables } from './schema/tables';
import { Tickets } from './tickets';

/** Who is asking, what they can spend, and tickets for where a key must not be seen. */
@ApiTags('Account')
@Controller('api/v1')
@RequireScope('read')
export class MeController {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    private readonly tickets: Tickets,
    private readonly profile: Profile,
  ) {}

  @Get('me')
  @Answers(200, meResourceSchema, 'Who is asking')
  async getMe(@CurrentPrincipal() principal: Principal): Promise<MeResource> {
    const { available, held } = await getBalance(this.database.sql, principal.accountId);
    const user = await this.database.sql
      .selectFrom('identity.users as user')
      .innerJoin('identity.accounts as account', 'account.id', 'user.account_id')
      .select(['user.email', 'user.display_name', 'account.plan_id'])
      .select((where) => where('user.email_verified_at', 'is not', null).as('verified'))
      .where('user.id', '=', principal.userId)
      .executeTakeFirst();
    return {
      user_id: principal.userId,
      account_id: principal.accountId,
      scopes: principal.scopes,
      role: principal.role,
      method: principal.method,
      plan_id: user?.plan_id ?? null,
      display_name: user?.display_name ?? null,
      email: user?.email ?? null,
      email_verified: user?.verified === true,
      credits: { available, held },
    };
  }

  @Patch('me')
  @Answers(
    200,
    meResourceSchema,
    'Changes your name or password; a new password ends all other sessions',
    [400, 409, 415, 422, 429, 503],
  )
  async updateMe(
    @Body({ schema: updateMeSchema }) body: UpdateMe,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<MeResource> {
    requireOwner(principal);
    await this.profile.update(principal, body, clientOf(request));
    return this.getMe(principal);
  }

  @Get('me/sign-in-ways')
  @Answers(200, signInWaysSchema, 'Whether you have a password, and which issuers you can sign in with')
  async getSignInWays(@CurrentPrincipal() principal: Principal): Promise<SignInWays> {
    requireOwner(principal);
    return this.profile.signInWays(principal);
  }

  @Post('tickets')
  @HttpCode(201)
  @Answers(201, ticketResourceSchema, 'A ticket for a WebSocket or media address: good once, for a minute')
  async createTicket(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof ticketResourceSchema>> {
    void reply.header('cache-control', 'no-store');
    const { ticket, expiresAt } = await this.tickets.issue(principal);
    return { ticket, expires_at: expiresAt.toISOString() };
  }
}
