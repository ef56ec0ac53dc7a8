import { call, type Answer, type GatewayFixture } from './gateway-fixture';

/** A route as the OpenAPI document tells it. What is generated from these cannot forget a new one. */
export interface DocumentedRoute {
  readonly id: string;
  readonly method: string;
  /** With names in braces. */
  readonly path: string;
  readonly params: readonly string[];
  readonly query: readonly string[];
  /** The example of a JSON body. */
  readonly example: Readonly<Record<string, unknown>> | undefined;
  readonly isPublic: boolean;
  /** Of the credential. */
  readonly scope: string | undefined;
  /** Of the person, where it needs one. */
  readonly role: string | undefined;
}

interface Operation {
  readonly operationId: string;
  readonly security: readonly unknown[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example?: Record<string, unknown> }>>;
  };
  readonly 'x-required-scope'?: string;
  readonly 'x-required-role'?: string;
}

/** The sentence of a refusal, as our problems have it or as OpenAI's clients read it. */
export function saidBy({ body }: Pick<Answer, 'body'>): string {
  const { message } = (body['error'] ?? {}) as { message?: unknown };
  const said = body['detail'] ?? message;
  return typeof said === 'string' ? said : '';
}

/** OpenAI's clients are told of the first thing that is wrong, with 400, where ours are told of all, with 422. */
export const isOpenAi = ({ path }: DocumentedRoute): boolean => path.startsWith('/v1/');

/** Every route of the API but the one that notifier answers. */
export async function documentedRoutes(
  gateway: Pick<GatewayFixture, 'url'>,
): Promise<readonly DocumentedRoute[]> {
  const { body } = await call(gateway, '/openapi.json', null);
  const paths = body['paths'] as Record<string, Record<string, Operation>>;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => toRoute(method, path, operation)),
  );
  return routes.filter(({ id }) => id !== 'streamEvents');
}

function toRoute(method: string, path: string, operation: Operation): DocumentedRoute {
  const named = (place: string): string[] =>
    (operation.parameters ?? []).filter((parameter) => parameter.in === place).map(({ name }) => name);
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    params: named('path'),
    query: named('query'),
    example: operation.requestBody?.content['application/json']?.example,
    isPublic: operation.security.length === 0,
    scope: operation['x-required-scope'],
    role: operation['x-required-role'],
  };
}

/** The path with these values, by name. */
export function pathOf({ path }: DocumentedRoute, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path} needs a value for ${name}.`);
    return encodeURIComponent(value.toWellFormed());
  });
}
