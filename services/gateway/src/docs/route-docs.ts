import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { jobGroupSchema, jobResourceSchema, problemSchema } from '@shotloom/contracts';
import { convertSchema } from './schema-converter';

/** Routes that fail with OpenAI's error object. */
export const OPENAI_TAG = 'OpenAI-compatible';

type Decorator = MethodDecorator & ClassDecorator;

/** What each status means when it comes as problem details. */
const PROBLEMS = {
  400: 'The body is not JSON.',
  401: 'Who is asking could not be made sure of.',
  402: 'Not enough credits.',
  403: 'This may not be done, or not from there.',
  404: 'There is no such thing, or it is not yours.',
  410: 'It was there and is removed for good.',
  409: 'It cannot be done in the present state, or the idempotency key was used with another body.',
  413: 'The body is larger than allowed; `max_bytes` says how large it may be.',
  415: 'This content type is not taken here.',
  422: 'The input is not valid, or the model cannot do it; `errors` names every field.',
  429: 'Too many tries; `Retry-After` says when the next makes sense.',
  503: 'Something that is needed cannot be reached now; try again.',
} as const;
export type ProblemStatus = keyof typeof PROBLEMS;

/** What a route answers, and how it may fail. 401, 403 and 500 are added to every route. */
export function Answers(
  status: number,
  schema: z.ZodType,
  summary: string,
  problems: readonly ProblemStatus[] = [],
): Decorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status, description: summary, standardSchema: schema }),
    ...problems.map(problem),
  );
}

export function AnswersJobs(summary: string): Decorator {
  const statuses: ProblemStatus[] = [400, 402, 404, 409, 413, 415, 422, 503];
  const description = 'The job; a group of jobs where more than one variant was asked for.';
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status: 202, description, standardSchema: jobResourceSchema.or(jobGroupSchema) }),
    ...statuses.map(problem),
  );
}

/** The parameters of a query, one for each field of its schema. */
export function TakesQuery(schema: z.ZodObject): Decorator {
  const [root] = Object.values(convertSchema(schema, { schemaType: 'input' }).components);
  const fields = Object.entries((root?.['properties'] ?? {}) as Record<string, object>);
  const required = new Set(Array.isArray(root?.['required']) ? root['required'] : []);
  return applyDecorators(
    ...fields.map(([name, field]) => ApiQuery({ name, required: required.has(name), schema: field })),
  );
}

export function AnswersNothing(summary: string, problems: readonly ProblemStatus[]): Decorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status: 204, description: 'Done.' }),
    ...problems.map(problem),
  );
}

/** Server-sent events, for as long as the route says. */
export function AnswersEvents(summary: string, problems: readonly ProblemStatus[]): Decorator {
  return AnswersFile(['text/event-stream'], summary, problems);
}

/** Something that is no JSON object of ours, in one of these types. */
export function AnswersFile(
  types: readonly string[],
  summary: string,
  problems: readonly ProblemStatus[],
): Decorator {
  const content = Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' as const } }]));
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status: 200, description: 'Piece by piece.', content }),
    ...problems.map(problem),
  );
}

export function AnswersRedirect(summary: string, problems: readonly ProblemStatus[]): Decorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({
      status: 302,
      description: 'Where the file is, for an hour.',
      headers: { Location: { description: 'The link.', schema: { type: 'string', format: 'uri' } } },
    }),
    ...problems.map(problem),
  );
}

/** A small text of another type than JSON. */
export function AnswersText(type: string, summary: string, problems: readonly ProblemStatus[]): Decorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status: 200, description: summary, content: { [type]: { schema: { type: 'string' } } } }),
    ...problems.map(problem),
  );
}

/** For a browser that is on its way. */
export function AnswersBrowserRedirect(summary: string, problems: readonly ProblemStatus[]): Decorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({
      status: 302,
      description: 'Where the browser goes next.',
      headers: { Location: { description: 'The address.', schema: { type: 'string' } } },
    }),
    ...problems.map(problem),
  );
}

function problem(status: ProblemStatus): Decorator {
  return ApiResponse({ status, description: PROBLEMS[status], standardSchema: problemSchema });
}
