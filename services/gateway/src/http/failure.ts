import { HttpException } from '@nestjs/common';
import { AppError, type ErrorCode } from '@shotloom/kernel';
import { httpStatus } from '@shotloom/service-kit';

/** JSON bodies: the largest of ours is a few kilobytes. */
export const JSON_LIMIT_BYTES = 256 * 1024;

export interface HttpFailure {
  readonly error: AppError;
  readonly status: number;
}

/** Anything thrown, as an error of ours with the status to answer. What we do not know is `internal`. `bodyLimit`: the route's. */
export function toHttpFailure(thrown: unknown, bodyLimit = JSON_LIMIT_BYTES): HttpFailure {
  if (thrown instanceof AppError) return { error: thrown, status: httpStatus(thrown.code) };
  if (isConnectionLost(thrown)) return { error: unreachable(thrown), status: 503 };
  const status = statusOf(thrown);
  const code = status === undefined ? undefined : codeOf(status);
  if (status === undefined || code === undefined) return { error: AppError.from(thrown), status: 500 };
  return {
    error: new AppError(code, sentence(status, thrown, bodyLimit), options(status, thrown, bodyLimit)),
    status,
  };
}

const LOST_CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|08...|57P0[123])$/;
const LOST_MESSAGES = /^(Connection terminated|timeout exceeded when trying to connect)/;

/** The database is away or starts anew: it is a moment's matter, and no fault in the request or in us. */
function isConnectionLost(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return LOST_CODES.test(code) || LOST_MESSAGES.test(thrown.message);
}

function unreachable(cause: unknown): AppError {
  const message = 'Something that is needed cannot be reached now; try again in a moment.';
  return new AppError('unavailable', message, { retryable: true, retryAfterMs: 1_000, cause });
}

/** The status that Nest, Fastify or one of its plugins chose. */
function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return undefined;
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
}

function codeOf(status: number): ErrorCode | undefined {
  if (status === 404 || status === 405 || status === 410) return 'not_found';
  if (status === 413) return 'payload_too_large';
  if (status === 503 || status === 504) return 'unavailable';
  return status >= 400 && status < 500 ? 'invalid_input' : undefined;
}

function sentence(status: number, thrown: unknown, bodyLimit: number): string {
  const said = thrown instanceof Error ? thrown.message.replace(/\.$/, '') : '';
  switch (status) {
    case 400:
      return `The request cannot be read: ${said}.`;
    case 404:
    case 405:
      return `${said}: there is no such route. All routes are described at /docs.`;
    case 413:
      return `The body is larger than the ${bodyLimit} bytes that are allowed here.`;
    case 415:
    case 406:
      return 'This content type is not taken here: send application/json (multipart/form-data for uploads).';
    default:
      return `${said}.`;
  }
}

function options(
  status: number,
  thrown: unknown,
  bodyLimit: number,
): ConstructorParameters<typeof AppError>[2] {
  const retryable = status >= 500;
  return status === 413 ? { cause: thrown, details: { max_bytes: bodyLimit } } : { cause: thrown, retryable };
}
