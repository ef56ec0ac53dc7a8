import type { Msg } from '@nats-io/transport-node';
import { toDelivery } from './delivery';

const message = (reply: string | undefined, respond: (text: string) => boolean = () => true): Msg =>
  ({ subject: 'work.a', reply, data: new Uint8Array(), headers: undefined, respond }) as unknown as Msg;

const OLD = '$JS.ACK.WORK.worker.2.17.23.1700000000123456789.5';
const NEW = '$JS.ACK.domain.hash.WORK.worker.2.17.23.1700000000123456789.5.token';

describe('reading a delivery', () => {
  it.each([
    ['as NATS 2.9 writes it', OLD],
    ['with a domain', NEW],
  ])('%s', (_name, reply) => {
    expect(toDelivery(message(reply))).toMatchObject({
      stream: 'WORK',
      consumer: 'worker',
      deliveryCount: 2,
      streamSeq: 17,
      consumerSeq: 23,
      storedAt: new Date(1_700_000_000_123),
    });
  });

  it.each([[undefined], [''], ['_INBOX.x'], ['$JS.ACK.too.short']])('is none: %s', (reply) => {
    expect(toDelivery(message(reply))).toBeUndefined();
  });

  it('answers once, but says any number of times that it works', () => {
    const sent: string[] = [];
    const delivery = toDelivery(message(OLD, (text) => sent.push(text) > 0));
    delivery?.working();
    delivery?.working();
    delivery?.nak(1_500.4);
    delivery?.ack();
    delivery?.working();
    expect(sent).toEqual(['+WPI', '+WPI', '-NAK {"delay":1500000000}']);
  });

  it('survives a connection that is closed', () => {
    const delivery = toDelivery(
      message(OLD, () => {
        throw new Error('closed');
      }),
    );
    expect(() => delivery?.ack()).not.toThrow();
  });
});
