import { AppError, newId } from '@shotloom/kernel';
import { rpcReplySchema, type RpcContract, type RpcRequest, type RpcResponse } from '@shotloom/contracts';
import type { Connection } from './connection';
import { parseOrThrow, requestFailure } from './errors';
import { HEADERS, toHeaders } from './headers';
import { assertFits } from './payload-limit';
import { withTrace } from './tracing';

/** One question and its answer; see `Bus.request`. */
export async function request<C extends RpcContract>(
  connection: Connection,
  contract: C,
  payload: RpcRequest<C>,
  options: { timeoutMs?: number; correlationId?: string } = {},
): Promise<RpcResponse<C>> {
  const patience = options.timeoutMs ?? contract.timeoutMs;
  const question: unknown = parseOrThrow(contract.request, payload, `The request to ${contract.subject}`);
  const timeout = connection.isConnected() ? patience : await untilConnected(connection, patience);
  const headers = withTrace({
    [HEADERS.timeoutMs]: String(timeout),
    [HEADERS.correlationId]: options.correlationId ?? newId(),
  });
  const body = new TextEncoder().encode(JSON.stringify(question));
  assertFits(connection, body, `The request to ${contract.subject}`);
  const reply = await send(connection, contract.subject, body, {
    timeout,
    headers: toHeaders(headers),
  });
  return readReply(contract, reply);
}

/**
 * What is asked while there is no connection would be sent when it is back, and done for a caller who has gone: nobody
 * but we can tell how long it lay here. Resolves to the milliseconds that are left.
 */
function untilConnected(connection: Connection, patienceMs: number): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      unsubscribe();
      const message = 'NATS cannot be reached; nothing was asked. Try again shortly.';
      reject(new AppError('unavailable', message, { retryable: true, outcome: 'refused' }));
    };
    const timer = setTimeout(giveUp, patienceMs);
    const unsubscribe = connection.onReconnect(() => {
      clearTimeout(timer);
      unsubscribe();
      resolve(Math.max(1, Math.round(patienceMs - (performance.now() - began))));
    });
  });
}

async function send(
  connection: Connection,
  subject: string,
  body: Uint8Array,
  options: { timeout: number; headers: ReturnType<typeof toHeaders> },
): Promise<unknown> {
  try {
    return (await connection.nc.request(subject, body, options)).json();
  } catch (error) {
    const silent = `No answer on ${subject} within ${options.timeout} ms; it may have been done.`;
    throw requestFailure(error, `Nobody answers ${subject} now: is its service running?`, silent);
  }
}

function readReply<C extends RpcContract>(contract: C, reply: unknown): RpcResponse<C> {
  const parsed = rpcReplySchema.safeParse(reply);
  if (!parsed.success) throw unreadable(contract.subject, 'it is no reply of ours', parsed.error);
  if (!parsed.data.ok) throw AppError.fromRecord(parsed.data.error);
  const data = contract.response.safeParse(parsed.data.data);
  if (!data.success) throw unreadable(contract.subject, 'it does not fit its contract', data.error);
  return data.data as RpcResponse<C>;
}

/** It was answered, so it was done: what is wrong is only that we cannot read it. */
function unreadable(subject: string, why: string, cause: Error): AppError {
  return new AppError('internal', `The answer on ${subject} cannot be read: ${why}.`, {
    outcome: 'accepted',
    cause,
  });
}
