import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '@shotloom/kernel';
import { unauthorized } from './authentication';
import type { Principal } from '@shotloom/contracts';
import {
  findPrincipal,
  KEY_OPTIONAL,
  PUBLIC_ROUTE,
  REQUIRED_ROLE,
  REQUIRED_SCOPE,
  type Scope,
} from './principal';

/** Stands before every route of Nest: whoever was let in must also have the scope, and nobody gets past unnamed. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) === true) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = findPrincipal(request);
    if (!principal && this.reflector.getAllAndOverride<boolean | undefined>(KEY_OPTIONAL, targets))
      return true;
    if (!principal) throw unauthorized(null);
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(REQUIRED_SCOPE, targets);
    if (scope === undefined) throw new AppError('internal', `${request.url} names no scope.`);
    if (!principal.scopes.includes(scope)) {
      throw new AppError('forbidden', `This credential lacks the scope ${scope}; use one that has it.`);
    }
    const role = this.reflector.getAllAndOverride<Principal['role'] | undefined>(REQUIRED_ROLE, targets);
    if (role !== undefined && RANK[principal.role] < RANK[role]) {
      throw new AppError(
        'forbidden',
        `Only for people with the role ${role}; ask an admin of this platform.`,
      );
    }
    return true;
  }
}

const RANK: Readonly<Record<Principal['role'], number>> = { user: 0, operator: 1, admin: 2 };
