import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { sql } from 'kysely';
import { sessionListSchema, type Principal, type SessionResource } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { Answers, AnswersNothing } from '../docs/route-docs';
import { notFound, pathId } from '../http/path-id';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { requireOwner } from '../identity/require-owner';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE } from '../platform/parts';
import { Cookies } from './cookies';
import { Sessions } from './sessions';

const SHOWN = 100;

/** Where somebody is signed in, and the way to end that. */
@ApiTags('Sign-in')
@Controller('api/v1')
@RequireScope('read')
export class SessionsController {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    private readonly sessions: Sessions,
    private readonly cookies: Cookies,
  ) {}

  @Get('sessions')
  @Answers(200, sessionListSchema, 'Where you are signed in, newest first')
  async listSessions(@CurrentPrincipal() principal: Principal): Promise<{ data: SessionResource[] }> {
    requireOwner(principal);
    const rows = await this.database.sql
      .selectFrom('identity.sessions')
      .select(['id', 'method', 'device', 'address', 'created_at', 'last_used_at', 'expires_at'])
      .where('user_id', '=', principal.userId)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', sql<Date>`now()`)
      .orderBy('id', 'desc')
      .limit(SHOWN)
      .execute();
    return {
      data: rows.map((row) => ({
        id: row.id,
        method: row.method,
        device: row.device,
        address: row.address,
        current: row.id === principal.sessionId,
        created_at: row.created_at.toISOString(),
        last_used_at: row.last_used_at.toISOString(),
        expires_at: row.expires_at.toISOString(),
      })),
    };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @AnswersNothing('Ends one session', [404])
  async endSession(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<void> {
    requireOwner(principal);
    const only = pathId('session', id);
    const ended = await this.database.run((work) =>
      this.sessions.revoke(work, principal.userId, { only }, 'revoked'),
    );
    if (ended === 0) throw notFound('session', id);
  }

  @Post('auth/logout-all')
  @HttpCode(204)
  @AnswersNothing('Ends every session of yours, this one too', [])
  async logoutAll(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    requireOwner(principal);
    await this.database.run((work) => this.sessions.revoke(work, principal.userId, {}, 'signed_out'));
    this.cookies.clearSession(reply);
  }
}
