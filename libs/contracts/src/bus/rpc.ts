import { z } from 'zod';
import { ERROR_CODES } from '@shotloom/kernel';

/**
 * A question that a caller waits for, over core NATS request/reply. `timeoutMs` is the deadline that travels with the
 * request: a responder drops what comes too late, so that nobody works for a caller who has gone.
 */
export interface RpcContract<Q extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** Core NATS subject, `rpc.<service>.<verb>`; responders share the queue group `<service>`. */
  readonly subject: string;
  readonly request: Q;
  readonly response: R;
  readonly timeoutMs: number;
}

export function defineRpc<Q extends z.ZodType, R extends z.ZodType>(
  subject: string,
  request: Q,
  response: R,
  timeoutMs = 5_000,
): RpcContract<Q, R> {
  return { subject, request, response, timeoutMs };
}

export type RpcRequest<C extends RpcContract> = z.infer<C['request']>;
export type RpcResponse<C extends RpcContract> = z.infer<C['response']>;

/** `ErrorRecord` of the kernel, as it crosses a wire. An unknown code from a newer service is read as `internal`. */
export const errorRecordSchema = z.object({
  code: z.enum(ERROR_CODES).catch('internal'),
  message: z.string(),
  retryable: z.boolean(),
  chargeable: z.boolean(),
  outcome: z.enum(['accepted', 'refused', 'unknown']),
  fields: z
    .array(z.object({ field: z.string(), reason: z.string() }))
    .readonly()
    .optional(),
  provider: z.string().optional(),
  vendorCode: z.string().optional(),
  vendorMessage: z.string().optional(),
  retryAfterMs: z.number().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** The reply on the wire: the answer, or the typed error that the caller's `request` throws again. */
export const rpcReplySchema = z.discriminatedUnion('ok', [
  z.looseObject({ ok: z.literal(true), data: z.unknown() }),
  z.looseObject({ ok: z.literal(false), error: errorRecordSchema }),
]);
