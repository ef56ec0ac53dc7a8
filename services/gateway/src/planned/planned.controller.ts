import { Body, Controller, Delete, Get, Patch, Post, Query, type Type } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { problemSchema, storyPageQuerySchema } from '@shotloom/contracts';
import { TakesQuery } from '../docs/route-docs';
import { RequireScope } from '../identity/principal';
import { notYet } from './not-yet';
import { PLANNED_ROUTES, type PlannedRoute } from './planned-routes';

const METHODS = { GET: Get, POST: Post, PATCH: Patch, DELETE: Delete } as const;

/** Gives the class a method for the route, as if it were written there with its decorators. */
function addRoute(to: Type, route: PlannedRoute): void {
  const target = to.prototype as object;
  const { id, method, path, tag, summary, scope, body, answer, paged } = route;
  const value = (): never => {
    throw notYet(route);
  };
  // The document takes the name of an operation from its method.
  Object.defineProperty(value, 'name', { value: id });
  Object.defineProperty(target, id, { value, writable: true, configurable: true });
  const descriptor = Object.getOwnPropertyDescriptor(target, id);
  if (!descriptor) return;
  const decorators: MethodDecorator[] = [
    METHODS[method](path),
    RequireScope(scope),
    ApiTags(tag),
    ApiOperation({ summary: `${summary}. Answers 503 until its engine is there` }),
    ...(answer ? [ApiResponse({ status: 200, description: summary, standardSchema: answer })] : []),
    ApiResponse({
      status: 503,
      description: 'There is no engine for it yet.',
      standardSchema: problemSchema,
    }),
    ApiResponse({ status: 422, description: 'The input is not valid.', standardSchema: problemSchema }),
    ...(path.includes(':id') ? [ApiParam({ name: 'id', type: 'string' })] : []),
    ...(paged === true ? [TakesQuery(storyPageQuerySchema)] : []),
  ];
  const schema = paged === true ? storyPageQuerySchema : body;
  if (schema) {
    Reflect.defineMetadata('design:paramtypes', [Object], target, id);
    const read = paged === true ? Query({ schema }) : Body({ schema });
    read(target, id, 0);
  }
  for (const decorate of decorators) decorate(target, id, descriptor);
}

/** All routes of the table. Their input is checked already, so that clients can be written against them. */
@Controller()
export class PlannedController {}
for (const route of PLANNED_ROUTES) addRoute(PlannedController, route);
