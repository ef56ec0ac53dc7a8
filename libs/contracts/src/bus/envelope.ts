import { z } from 'zod';

/**
 * What every message on the bus is wrapped in. `id` is the JetStream message id: for messages that follow from a
 * database change it is the outbox row's id, so a row published twice inside the duplicate window counts once.
 */
export const envelopeSchema = z.looseObject({
  id: z.string().min(1),
  /** Name and version, for example `attempt.succeeded.v1`. */
  type: z.string().regex(/^[a-z_]+(\.[a-z_]+)+\.v\d+$/),
  occurredAt: z.iso.datetime(),
  /** Ties everything that one request caused: the job id where there is one. */
  correlationId: z.string().min(1),
  causationId: z.string().optional(),
  /** The service that wrote it. */
  producer: z.string().min(1),
  payload: z.unknown(),
});
export interface Envelope<P = unknown> {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly correlationId: string;
  readonly causationId?: string | undefined;
  readonly producer: string;
  readonly payload: P;
}

/** A message type: its versioned name and the schema of its payload. Additive changes only within a version. */
export interface MessageContract<T extends string = string, S extends z.ZodType = z.ZodType> {
  readonly type: T;
  readonly payload: S;
}

export function defineMessage<T extends string, S extends z.ZodType>(
  type: T,
  payload: S,
): MessageContract<T, S> {
  return { type, payload };
}

export type PayloadOf<C extends MessageContract> = z.infer<C['payload']>;
