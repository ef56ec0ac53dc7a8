import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  adminCredentialListSchema,
  adminCredentialSchema,
  balanceResourceSchema,
  becauseSchema,
  changeCredentialSchema,
  connectionReportSchema,
  createCredentialSchema,
  type AdminCredential,
  type BalanceResource,
  type Because,
  type ChangeCredential,
  type ConnectionReportResource,
  type CreateCredential,
} from '@shotloom/contracts';
import { actorOf } from '../../audit/audit-log';
import { Answers, AnswersNothing } from '../../docs/route-docs';
import { RequireRole } from '../../identity/principal';
import { AdminCredentials } from './credentials';

@ApiTags('Admin')
@Controller('api/v1/admin/providers/:provider/credentials')
@RequireRole('operator')
export class AdminCredentialsController {
  constructor(private readonly credentials: AdminCredentials) {}

  @Get()
  @Answers(200, adminCredentialListSchema, 'The keys of the platform at a provider, masked', [404, 409, 503])
  async listCredentials(@Param('provider') provider: string): Promise<{ data: AdminCredential[] }> {
    return { data: await this.credentials.list(provider) };
  }

  @Post()
  @Answers(201, adminCredentialSchema, 'Adds a named key', [400, 404, 409, 422])
  createCredential(
    @Param('provider') provider: string,
    @Body({ schema: createCredentialSchema }) body: CreateCredential,
    @Req() request: FastifyRequest,
  ): Promise<AdminCredential> {
    return this.credentials.create(provider, body, actorOf(request));
  }

  @Put(':id')
  @Answers(
    200,
    adminCredentialSchema,
    'Rotates a key, switches it, or sets its limits and caps',
    [400, 404, 409, 422],
  )
  changeCredential(
    @Param('provider') provider: string,
    @Param('id') id: string,
    @Body({ schema: changeCredentialSchema }) body: ChangeCredential,
    @Req() request: FastifyRequest,
  ): Promise<AdminCredential> {
    return this.credentials.change(provider, id, body, actorOf(request));
  }

  @Delete(':id')
  @HttpCode(204)
  @AnswersNothing('Takes a key away; what runs under it goes on', [404, 409])
  deleteCredential(
    @Param('provider') provider: string,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.credentials.remove(provider, id, 'Removed by an operator.', actorOf(request));
  }

  @Post(':id/reset')
  @HttpCode(200)
  @Answers(
    200,
    adminCredentialSchema,
    'Uses a key again at once that was left alone since it failed',
    [400, 404, 409, 422],
  )
  resetCredential(
    @Param('provider') provider: string,
    @Param('id') id: string,
    @Body({ schema: becauseSchema }) { reason }: Because,
    @Req() request: FastifyRequest,
  ): Promise<AdminCredential> {
    return this.credentials.reset(provider, id, reason, actorOf(request));
  }

  @Post(':id/test-connection')
  @HttpCode(200)
  @Answers(200, connectionReportSchema, 'Whether a key works, within ten seconds', [404, 409, 503])
  testCredential(
    @Param('provider') provider: string,
    @Param('id') id: string,
  ): Promise<ConnectionReportResource> {
    return this.credentials.test(provider, id);
  }

  @Get(':id/balance')
  @Answers(200, balanceResourceSchema, 'What is left at the vendor under a key', [404, 409, 422, 503])
  getCredentialBalance(
    @Param('provider') provider: string,
    @Param('id') id: string,
  ): Promise<BalanceResource> {
    return this.credentials.balance(provider, id);
  }
}
