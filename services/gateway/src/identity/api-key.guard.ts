import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@shotloom/kernel';
import { Credentials } from './credentials';
import { PUBLIC_ROUTE, REQUIRED_SCOPE, setPrincipal, type Scope } from './principal';

/** Stands before every route of Nest. Runs before a body is read, so a stranger cannot make us take one in. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly credentials: Credentials,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) === true) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = readApiKey(request.headers);
    const principal = key === null ? null : await this.credentials.verifyApiKey(key);
    if (!principal) throw unauthorized(http.getResponse<FastifyReply>(), key);
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(REQUIRED_SCOPE, targets);
    if (scope === undefined) throw new AppError('internal', `${request.url} names no scope.`);
    if (!principal.scopes.includes(scope)) {
      throw new AppError('forbidden', `This API key lacks the scope ${scope}; use one that has it.`);
    }
    setPrincipal(request, principal);
    return true;
  }
}

/** `Authorization: Bearer <key>` or `X-API-Key: <key>`; null where there is neither. */
export function readApiKey(headers: FastifyRequest['headers']): string | null {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const header = headers['x-api-key'];
  return bearer ?? (typeof header === 'string' && header !== '' ? header : null);
}

function unauthorized(reply: FastifyReply, key: string | null): AppError {
  void reply.header('www-authenticate', 'Bearer realm="shotloom"');
  return new AppError(
    'unauthorized',
    key === null
      ? 'An API key is needed: send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`.'
      : 'This API key is not valid: it is unknown, expired or revoked.',
  );
}
