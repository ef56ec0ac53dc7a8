import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { KEY_OPTIONAL_ROUTE, OPEN_ROUTE } from '../http/route-facts';

export type Scope = Principal['scopes'][number];

export const PUBLIC_ROUTE = 'shotloom:public';
export const KEY_OPTIONAL = 'shotloom:key-optional';
export const REQUIRED_SCOPE = 'shotloom:scope';
export const REQUIRED_ROLE = 'shotloom:role';

/** This route needs no key. For methods only: the hook that asks for keys knows routes and no classes. */
export const Public = (): MethodDecorator =>
  applyDecorators(SetMetadata(PUBLIC_ROUTE, true), RouteConfig(OPEN_ROUTE));
/** This route may be asked without a key, and says itself when it wants one; a key that is given needs the scope all the same. */
export const KeyOptional = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(KEY_OPTIONAL, true),
    RouteConfig(KEY_OPTIONAL_ROUTE),
    ApiExtension('x-key-optional', true),
  );
/** The key must have this scope, which the documentation tells. A route that says neither this nor `Public` is refused to everybody. */
export const RequireScope = (scope: Scope): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(REQUIRED_SCOPE, scope), ApiExtension('x-required-scope', scope));

/**
 * Only for operators of the platform (and admins, who may do all that operators may), or only for admins. The credential needs the
 * scope `admin` besides: the role says who somebody is, the scope what they gave this key.
 */
export const RequireRole = (role: Exclude<Principal['role'], 'user'>): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(REQUIRED_ROLE, role),
    ApiExtension('x-required-role', role),
    RequireScope('admin'),
  );

const principals = new WeakMap<FastifyRequest, Principal>();

export function setPrincipal(request: FastifyRequest, principal: Principal): void {
  principals.set(request, principal);
}

export function findPrincipal(request: FastifyRequest): Principal | undefined {
  return principals.get(request);
}

/** Who is asking, if they say so. */
export const MaybePrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal | null =>
    findPrincipal(context.switchToHttp().getRequest<FastifyRequest>()) ?? null,
);

/** Who is asking. Only for routes behind the guard. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const principal = findPrincipal(context.switchToHttp().getRequest<FastifyRequest>());
  if (!principal) throw new AppError('internal', 'The guard let a request without a principal through.');
  return principal;
});
