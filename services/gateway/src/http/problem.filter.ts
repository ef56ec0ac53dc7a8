import { Catch, Inject, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { newId, type AppError } from '@shotloom/kernel';
import { toProblem, type Logger } from '@shotloom/service-kit';
import { LOGGER } from '../platform/parts';
import { discardRest } from './discard-rest';
import { toHttpFailure } from './failure';
import { toOpenAiFailure, type OpenAiFailure } from './openai-error';
import { routeFacts } from './route-facts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Every error of every route leaves here: as problem details, or in the words of the API that the route speaks. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.logger);
  }
}

/** The same for routes that Nest does not know. */
export function sendProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  const { error, status } = toHttpFailure(thrown, request.routeOptions.bodyLimit);
  const errorId = error.code === 'internal' ? newId() : undefined;
  logFailure(logger, { requestId: request.id, errorId, code: error.code, status }, error, thrown);
  if (reply.sent) return;
  if (error.retryAfterMs !== undefined) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  }
  if (status === 413) {
    // Fastify would close at once, and a client that still sends would see a broken connection instead of this answer.
    reply.removeHeader('connection');
    discardRest(request);
  }
  if (error.code === 'unauthorized') void reply.header('www-authenticate', 'Bearer realm="shotloom"');
  void reply.header('cache-control', 'no-store');
  if (routeFacts(request).dialect === 'openai') sendAsOpenAi(reply, toOpenAiFailure(error, status, errorId));
  else {
    const problem = { ...toProblem(error, errorId), status };
    void reply.code(status).header('content-type', PROBLEM_TYPE).send(JSON.stringify(problem));
  }
}

function sendAsOpenAi(reply: FastifyReply, { status, body, shouldRetry }: OpenAiFailure): void {
  if (shouldRetry !== undefined) void reply.header('x-should-retry', String(shouldRetry));
  void reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

/** What the caller did wrong is in the request's own line; here is only what somebody has to look at. */
function logFailure(logger: Logger, facts: object, error: AppError, thrown: unknown): void {
  if (error.code === 'internal') logger.error({ ...facts, err: thrown }, 'a request failed unexpectedly');
  else if ('status' in facts && Number(facts.status) >= 500)
    logger.warn({ ...facts, err: error }, error.message);
}
