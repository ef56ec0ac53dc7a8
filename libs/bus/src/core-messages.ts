import type { Envelope, MessageContract, PayloadOf } from '@shotloom/contracts';
import type { Msg } from '@nats-io/transport-node';
import type { Subscription } from './bus';
import type { Connection } from './connection';
import { decode } from './decode';
import { fromHeaders, toHeaders } from './headers';
import { buildEnvelope } from './publisher';
import { inTrace, withTrace } from './tracing';

/** Fire and forget. While there is no connection it is dropped: buffered progress would arrive in a burst, and late. */
export function emit<C extends MessageContract>(
  connection: Connection,
  contract: C,
  payload: PayloadOf<C>,
  options: { subject: string; correlationId: string },
): void {
  const envelope = buildEnvelope(connection.name, contract, payload, options);
  if (!connection.isConnected()) return;
  connection.nc.publish(options.subject, JSON.stringify(envelope), { headers: toHeaders(withTrace({})) });
}

export function subscribe<C extends MessageContract>(
  connection: Connection,
  contract: C,
  subject: string,
  handler: (payload: PayloadOf<C>, context: { subject: string; envelope: Envelope }) => void | Promise<void>,
  options: { queue?: string } = {},
): Subscription {
  const handle = async (message: Msg): Promise<void> => {
    const decoded = decode(message.data, [contract]);
    if (decoded.kind !== 'known') {
      connection.logger.warn(
        { subject: message.subject, problem: decoded },
        'dropped a core message that does not fit',
      );
      return;
    }
    const { envelope, payload } = decoded;
    // decode parsed it with this very contract
    await handler(payload as PayloadOf<C>, { subject: message.subject, envelope });
  };
  return connection.nc.subscribe(subject, {
    ...options,
    callback: (error, message) => {
      if (error !== null) {
        connection.logger.error({ err: error, subject }, 'a subscription ended');
        return;
      }
      inTrace(fromHeaders(message.headers), `${contract.type} receive`, () => handle(message)).catch(
        (failure: unknown) => {
          connection.logger.error(
            { err: failure, subject: message.subject },
            'a core message was not handled',
          );
        },
      );
    },
  });
}
