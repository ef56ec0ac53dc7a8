import { STREAMS } from '@shotloom/contracts';
import type { Connection } from './connection';
import { fromHeaders, HEADERS } from './headers';
import { publishRaw } from './publisher';
import type { DeadKind } from './verdict';
import type { MsgHdrs } from '@nats-io/transport-node';

/** Headers count towards the server's limit, and a stack of zod issues can be long. In characters. */
const MAX_REASON = 1_000;

/** A message on its way to the dead letters. */
export interface Corpse {
  readonly stream: string;
  readonly durable: string;
  readonly subject: string;
  readonly streamSeq: number;
  /** Together with the sequence it names one stored message for ever. */
  readonly storedAt: Date;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
  readonly deliveries: number;
  readonly kind: DeadKind;
  readonly reason: string;
}

/** `dead.<stream>.<durable>` */
export function deadSubject(stream: string, durable: string): string {
  return `dead.${stream}.${durable}`;
}

/**
 * Copies a message to `DEAD` and waits until it is stored. The id is made from the message's place, so that the handler
 * and the rescue, who may both bury it, bury it once.
 */
export async function writeDead(connection: Connection, corpse: Corpse): Promise<void> {
  const original = fromHeaders(corpse.headers);
  delete original[HEADERS.messageId];
  await publishRaw(connection, deadSubject(corpse.stream, corpse.durable), corpse.data, {
    ...original,
    [HEADERS.messageId]: `${STREAMS.dead.name}.${corpse.stream}.${corpse.durable}.${corpse.streamSeq}.${corpse.storedAt.getTime()}`,
    [HEADERS.originalSubject]: corpse.subject,
    [HEADERS.originalStream]: corpse.stream,
    [HEADERS.originalDurable]: corpse.durable,
    [HEADERS.originalSeq]: String(corpse.streamSeq),
    [HEADERS.deliveries]: String(corpse.deliveries),
    [HEADERS.deadKind]: corpse.kind,
    [HEADERS.deadReason]: corpse.reason.slice(0, MAX_REASON),
  });
}
