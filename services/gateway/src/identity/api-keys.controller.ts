import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  apiKeyListQuerySchema,
  apiKeyPageSchema,
  createApiKeySchema,
  createdApiKeySchema,
  rotateApiKeySchema,
  type ApiKeyListQuery,
  type ApiKeyPage,
  type CreateApiKey,
  type CreatedApiKey,
  type Principal,
  type RotateApiKey,
} from '@shotloom/contracts';
import { AppError, isId } from '@shotloom/kernel';
import { actorOf } from '../audit/audit-log';
import { Answers, AnswersNothing, TakesQuery } from '../docs/route-docs';
import { readIdempotencyKey } from '../generate/idempotency-key';
import { pathId } from '../http/path-id';
import { toApiKeyResource } from './api-key-resource';
import { ApiKeys, type MadeKey } from './api-keys';
import { CurrentPrincipal, RequireScope } from './principal';
import { requireOwner } from './require-owner';

const IDEMPOTENCY = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'The same key and body give the same answer for 24 hours, without the secret; another body gives 409.',
};

/** Keys for programs. A key makes, shows and ends no other key, unless it has the scope admin. */
@ApiTags('API keys')
@Controller('api/v1/api-keys')
@RequireScope('read')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Get()
  @TakesQuery(apiKeyListQuerySchema)
  @Answers(200, apiKeyPageSchema, 'Your API keys, newest first, without their secrets', [422])
  async listApiKeys(
    @Query({ schema: apiKeyListQuerySchema }) { limit, cursor }: ApiKeyListQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ApiKeyPage> {
    requireOwner(principal);
    if (cursor !== undefined && !isId(cursor)) throw badCursor();
    const rows = await this.keys.list(principal.userId, limit, cursor);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return { data: page.map(toApiKeyResource), next_cursor: last?.id ?? null };
  }

  @Post()
  @HttpCode(201)
  @ApiHeader(IDEMPOTENCY)
  @Answers(
    201,
    createdApiKeySchema,
    'Makes an API key; its secret is shown this once',
    [400, 409, 415, 422, 503],
  )
  async createApiKey(
    @Body({ schema: createApiKeySchema }) body: CreateApiKey,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedApiKey> {
    requireOwner(principal);
    const made = await this.keys.create(body, {
      principal,
      actor: actorOf(request),
      idempotencyKey: readIdempotencyKey(key),
    });
    return answer(made, reply);
  }

  @Post(':id/rotate')
  @HttpCode(201)
  @ApiHeader(IDEMPOTENCY)
  @Answers(
    201,
    createdApiKeySchema,
    'Replaces an API key by one with another secret',
    [400, 404, 409, 415, 422, 503],
  )
  async rotateApiKey(
    @Param('id') id: string,
    @Body({ schema: rotateApiKeySchema.optional() }) body: RotateApiKey | undefined,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedApiKey> {
    requireOwner(principal);
    const made = await this.keys.rotate(pathId('API key', id), body?.overlap_seconds ?? 0, {
      principal,
      actor: actorOf(request),
      idempotencyKey: readIdempotencyKey(key),
    });
    return answer(made, reply);
  }

  @Delete(':id')
  @HttpCode(204)
  @AnswersNothing('Ends an API key at once', [404])
  async deleteApiKey(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    requireOwner(principal);
    await this.keys.revoke(pathId('API key', id), { principal, actor: actorOf(request) });
  }
}

function answer({ row, secret }: MadeKey, reply: FastifyReply): CreatedApiKey {
  void reply.header('cache-control', 'no-store');
  if (secret === null) void reply.header('idempotency-replayed', 'true');
  return { ...toApiKeyResource(row), ...(secret === null ? {} : { key: secret }) };
}

function badCursor(): AppError {
  const reason = 'Is not a cursor of this list: leave it out to start from the first page.';
  return new AppError('invalid_input', 'The cursor cannot be read.', {
    fields: [{ field: 'cursor', reason }],
  });
}
