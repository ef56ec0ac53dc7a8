import { AppError, type FieldError } from '@shotloom/kernel';
import {
  ClosedConnectionError,
  DrainingConnectionError,
  NoRespondersError,
  RequestError,
} from '@nats-io/transport-node';
import type { z } from 'zod';

/** Thrown by a handler: not now, deliver again after `delayMs` (default: the consumer's own backoff). */
export class RetryLater extends Error {
  constructor(
    message: string,
    readonly delayMs?: number,
  ) {
    super(message);
    this.name = 'RetryLater';
  }
}

/** Thrown by a handler: no further delivery can help, so the message goes to the dead letters at once. */
export class DeadLetter extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeadLetter';
  }
}

/** The issues of a failed zod parse as the platform's field errors. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => ({
    field: issue.path.map(String).join('.') || '(root)',
    reason: issue.message,
  }));
}

/** Parses with a contract's schema. Throws `invalid_input` that names the fields. */
export function parseOrThrow<S extends z.ZodType>(schema: S, value: unknown, what: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = fieldErrors(parsed.error);
  const list = fields.map(({ field, reason }) => `${field}: ${reason}`).join('; ');
  throw new AppError('invalid_input', `${what} does not fit its contract (${list}).`, { fields });
}

/**
 * What a failed NATS request means for the caller: nobody was there (refused, nothing happened), or no answer came
 * (unknown, it may have happened). Both are worth another try.
 */
export function requestFailure(error: unknown, whenNobody: string, whenSilent: string): AppError {
  const nobody = isNobodyThere(error);
  const message = nobody ? whenNobody : whenSilent;
  return new AppError('unavailable', message, {
    retryable: true,
    outcome: nobody ? 'refused' : 'unknown',
    cause: error,
  });
}

function isNobodyThere(error: unknown): boolean {
  if (error instanceof NoRespondersError) return true;
  if (error instanceof ClosedConnectionError || error instanceof DrainingConnectionError) return true;
  return error instanceof RequestError && error.isNoResponders();
}
