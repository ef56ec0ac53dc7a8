import type { Msg } from '@nats-io/transport-node';

/** One delivery of one JetStream message, with the answers that the server understands. */
export interface Delivery {
  readonly stream: string;
  readonly consumer: string;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: Msg['headers'];
  /** 1 for the first delivery. */
  readonly deliveryCount: number;
  readonly streamSeq: number;
  /** Counts this consumer's deliveries without gaps; a gap means that one was lost. */
  readonly consumerSeq: number;
  readonly storedAt: Date;
  ack(): void;
  nak(delayMs?: number): void;
  working(): void;
  /** Never with a reason: NATS 2.9 ignores a term that has one. */
  term(): void;
}

const ACK_TOKENS_BEFORE_2_2_DOMAINS = 9;

/**
 * Reads the `$JS.ACK...` reply subject: `<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<nanos>.<pending>`,
 * with a domain and an account hash in front on servers that have them. Undefined when it is none.
 */
export function toDelivery(message: Msg): Delivery | undefined {
  const tokens = message.reply?.split('.') ?? [];
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < ACK_TOKENS_BEFORE_2_2_DOMAINS)
    return undefined;
  const fields = tokens.slice(tokens.length === ACK_TOKENS_BEFORE_2_2_DOMAINS ? 2 : 4);
  const [stream = '', consumer = '', deliveries, streamSeq, consumerSeq, nanos = '0'] = fields;
  return {
    stream,
    consumer,
    subject: message.subject,
    data: message.data,
    headers: message.headers,
    deliveryCount: Number(deliveries),
    streamSeq: Number(streamSeq),
    consumerSeq: Number(consumerSeq),
    storedAt: new Date(Number(BigInt(nanos) / 1_000_000n)),
    ...answers(message),
  };
}

/** Ends a delivery once: later answers to the same delivery are dropped. An answer into a closed connection is lost, which is a redelivery. */
function answers(message: Msg): Pick<Delivery, 'ack' | 'nak' | 'working' | 'term'> {
  let answered = false;
  const answer = (text: string): void => {
    if (answered) return;
    if (text !== '+WPI') answered = true;
    try {
      message.respond(text);
    } catch {
      // The connection is closed for good: the server redelivers after the ack wait, which is what an unacked message is for.
    }
  };
  return {
    ack: () => answer('+ACK'),
    nak: (delayMs) =>
      answer(delayMs ? `-NAK ${JSON.stringify({ delay: Math.round(delayMs) * 1_000_000 })}` : '-NAK'),
    working: () => answer('+WPI'),
    term: () => answer('+TERM'),
  };
}
