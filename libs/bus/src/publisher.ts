import { AppError, newId } from '@shotloom/kernel';
import { envelopeSchema, type Envelope, type MessageContract, type PayloadOf } from '@shotloom/contracts';
import { z } from 'zod';
import type { PublishOptions, PublishResult } from './bus';
import type { Connection } from './connection';
import { parseOrThrow, requestFailure } from './errors';
import { HEADERS, toHeaders } from './headers';
import { assertFits } from './payload-limit';
import { withTrace } from './tracing';

const ACK_TIMEOUT_MS = 5_000;

const pubAckSchema = z.object({
  seq: z.number().optional(),
  duplicate: z.boolean().default(false),
  error: z.object({ description: z.string() }).optional(),
});

/** Wraps a payload after its contract has checked it. */
export function buildEnvelope<C extends MessageContract>(
  producer: string,
  contract: C,
  payload: PayloadOf<C>,
  options: Pick<PublishOptions, 'id' | 'correlationId' | 'causationId'>,
): Envelope {
  return {
    id: options.id ?? newId(),
    type: contract.type,
    occurredAt: new Date().toISOString(),
    correlationId: options.correlationId,
    ...(options.causationId === undefined ? {} : { causationId: options.causationId }),
    producer,
    payload: parseOrThrow(contract.payload, payload, contract.type),
  };
}

/** Publishes one envelope; the message id makes a second publish inside the duplicate window a no-op. */
export async function publishEnvelope(
  connection: Connection,
  subject: string,
  envelope: Envelope,
  headers: Readonly<Record<string, string>> = {},
): Promise<PublishResult> {
  const checked = parseOrThrow(envelopeSchema, envelope, `The envelope for ${subject}`);
  const ids = { [HEADERS.messageId]: checked.id };
  return publishRaw(connection, subject, JSON.stringify(checked), { ...headers, ...ids });
}

/** Stores bytes in whatever stream takes the subject, and waits until the stream says so. */
export async function publishRaw(
  connection: Connection,
  subject: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<PublishResult> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  assertFits(connection, bytes, `A message on ${subject}`);
  let reply: unknown;
  try {
    const options = { timeout: ACK_TIMEOUT_MS, headers: toHeaders(withTrace(headers)) };
    reply = (await connection.nc.request(subject, bytes, options)).json();
  } catch (error) {
    const nobody = `No stream takes ${subject}, or JetStream is not up: run the topology job, or try again.`;
    throw requestFailure(
      error,
      nobody,
      `NATS did not acknowledge a message on ${subject} in time; it may be stored.`,
    );
  }
  return readAck(subject, reply);
}

function readAck(subject: string, reply: unknown): PublishResult {
  const ack = pubAckSchema.safeParse(reply);
  const { seq, duplicate = false, error } = ack.data ?? {};
  if (seq !== undefined && error === undefined) return { seq, duplicate };
  const reason = error?.description ?? 'the reply was no JetStream ack';
  throw new AppError('unavailable', `The stream did not take a message on ${subject}: ${reason}.`, {
    retryable: true,
    outcome: 'refused',
  });
}
