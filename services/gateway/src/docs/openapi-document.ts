import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { openAiErrorSchema, problemSchema } from '@shotloom/contracts';
import { VERSION } from '../version';
import { EVENTS_PATH } from './events-path';
import { EXAMPLES, PROBLEM_EXAMPLE } from './examples';
import { OPENAI_ERROR_EXAMPLE } from './openai-examples';
import { OPENAI_TAG } from './route-docs';
import { convertSchema } from './schema-converter';
import { PUBLIC_SIGN_IN_OPERATIONS } from './sign-in-examples';

const OPENAI_ERROR_REF = { $ref: '#/components/schemas/OpenAiError' };
const PROBLEM_REF = { $ref: '#/components/schemas/Problem' };
/** They need no credentials. */
export const PUBLIC_OPERATIONS: ReadonlySet<string> = new Set([
  'getHealth',
  'getStudioHealth',
  ...PUBLIC_SIGN_IN_OPERATIONS,
]);
/** Nest takes every body for needed. */
const OPTIONAL_BODIES = new Set([
  'retryJob',
  'stopAllJobs',
  'refreshSession',
  'logout',
  'rotateApiKey',
  'openPortal',
  'shareJob',
]);
/** Also of those who need no credential. */
const OF_EVERYBODY = new Set(['429', '500']);
const ALWAYS: Readonly<Record<string, string>> = {
  401: 'No credential, or one that is not valid.',
  429: 'Too many requests, or too many videos in an hour; `Retry-After` says when to come again.',
  500: 'Something failed on our side; `error_id` finds it in the log.',
};

interface Content {
  schema?: unknown;
  example?: unknown;
}
interface Described {
  description?: string;
  content?: Record<string, Content>;
  required?: boolean;
}
interface Operation {
  operationId?: string;
  tags?: string[];
  security?: unknown[];
  requestBody?: Described;
  responses: Record<string, Described>;
  /** What a credential must have, and who must hold it; both are checked before anything else. */
  'x-required-scope'?: string;
  'x-required-role'?: string;
  /** Whether it can be asked without one, where the operator allows that. */
  'x-key-optional'?: boolean;
}

/** The OpenAPI 3.1 document of every route, made from the same schemas that check the requests. */
export function buildOpenApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Shotloom')
    .setDescription(
      'Pictures and words become video. Every route but health and signing in needs an API key or the access token of a session. Errors are problem details (RFC 9457); programs decide by `code`. Progress comes over the WebSocket `/ws/jobs/{id}`, where the id is a job or a user, or as server-sent events.',
    )
    .setVersion(VERSION)
    .addServer('/', 'This installation')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'An API key, or an access token.' },
      'bearer',
    )
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' }, 'apiKey')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
    standardSchemaConverter: convertSchema,
  });
  Object.assign(document.paths, structuredClone(EVENTS_PATH));
  const schemas = ((document.components ??= {}).schemas ??= {});
  for (const failure of [problemSchema, openAiErrorSchema])
    Object.assign(schemas, convertSchema(failure, { schemaType: 'output' }).components);
  for (const operation of operationsOf(document)) complete(operation);
  dropUnused(document, schemas);
  return document;
}

/** Schemas of queries become parameters, one for each field, and stand there for nobody. */
function dropUnused(document: OpenAPIObject, schemas: Record<string, unknown>): void {
  const text = JSON.stringify(document);
  for (const name of Object.keys(schemas)) {
    if (!text.includes(`"#/components/schemas/${name}"`)) Reflect.deleteProperty(schemas, name);
  }
}

export function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.values(document.paths).flatMap((path) =>
    Object.values(path as Record<string, unknown>).filter(isOperation),
  );
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'responses' in value;
}

/** Adds what is the same everywhere: the key, its refusals, the form of problems, and the example of the operation. */
function complete(operation: Operation): void {
  const id = operation.operationId ?? '';
  const open = PUBLIC_OPERATIONS.has(id);
  const nobody = operation['x-key-optional'] === true ? [{}] : [];
  operation.security = open ? [] : [{ bearer: [] }, { apiKey: [] }, ...nobody];
  for (const [status, description] of Object.entries(ALWAYS)) {
    if (!open || OF_EVERYBODY.has(status)) operation.responses[status] ??= { description };
  }
  if (!open) operation.responses['403'] ??= { description: whoMay(operation) };
  const example = EXAMPLES[id] ?? {};
  if (operation.requestBody) completeBody(operation.requestBody, id, example.request);
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (Number(status) >= 400) answer.content = failureContent(status, operation.tags ?? []);
    else completeAnswer(answer, example.response);
  }
}

function whoMay({ 'x-required-scope': scope, 'x-required-role': role }: Operation): string {
  const person = role === undefined ? '' : ` or its owner the role \`${role}\``;
  return `The credential lacks the scope \`${scope ?? 'read'}\`${person}, or may not do this.`;
}

function completeBody(body: Described, id: string, example: unknown): void {
  if (OPTIONAL_BODIES.has(id)) body.required = false;
  const json = body.content?.['application/json'];
  if (json && example !== undefined) json.example = example;
}

function failureContent(status: string, tags: readonly string[]): Record<string, Content> {
  return tags.includes(OPENAI_TAG)
    ? { 'application/json': { schema: OPENAI_ERROR_REF, example: OPENAI_ERROR_EXAMPLE } }
    : { 'application/problem+json': { schema: PROBLEM_REF, example: problemExample(status) } };
}

function completeAnswer(answer: Described, example: unknown): void {
  const content = answer.content?.['application/json'];
  if (content && example !== undefined) content.example = example;
}

/** The full example where it fits; elsewhere only what holds for every problem of that status. */
function problemExample(status: string): unknown {
  if (status === '422') return PROBLEM_EXAMPLE;
  const code = PROBLEM_CODES[status] ?? 'invalid_input';
  return {
    type: `urn:shotloom:error:${code}`,
    title: code.replaceAll('_', ' '),
    status: Number(status),
    code,
    detail: 'What happened, and what to do.',
  };
}

const PROBLEM_CODES: Readonly<Record<string, string>> = {
  400: 'invalid_input',
  401: 'unauthorized',
  402: 'insufficient_credits',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'invalid_input',
  429: 'rate_limited',
  500: 'internal',
  503: 'unavailable',
};
