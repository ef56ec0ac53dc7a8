import { Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  creditsResourceSchema,
  meResourceSchema,
  ticketResourceSchema,
  type CreditsResource,
  type MeResource,
  type Principal,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { getBalance } from '@shotloom/ledger';
import { Answers } from '../docs/route-docs';
import { DATABASE } from '../platform/parts';
import { CurrentPrincipal, RequireScope } from './principal';
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
  ) {}

  @Get('me')
  @Answers(200, meResourceSchema, 'Who this key belongs to')
  async getMe(@CurrentPrincipal() principal: Principal): Promise<MeResource> {
    const user = await this.database.sql
      .selectFrom('identity.users')
      .select('email')
      .where('id', '=', principal.userId)
      .executeTakeFirst();
    return {
      user_id: principal.userId,
      account_id: principal.accountId,
      scopes: principal.scopes,
      email: user?.email ?? null,
      credits: await this.getCredits(principal),
    };
  }

  @Get('credits')
  @Answers(200, creditsResourceSchema, 'What can be spent, and what is set aside for running jobs')
  async getCredits(@CurrentPrincipal() principal: Principal): Promise<CreditsResource> {
    const { available, held } = await getBalance(this.database.sql, principal.accountId);
    return { available, held };
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
