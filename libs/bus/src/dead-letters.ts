import type { StoredMsg } from '@nats-io/jetstream';
import { AppError, newId } from '@shotloom/kernel';
import { STREAMS, type Envelope } from '@shotloom/contracts';
import type { Bus, PublishResult } from './bus';
import { connectionOf } from './connection';
import { decodeEnvelope } from './decode';
import { fromHeaders, HEADERS } from './headers';

/** A message that was given up, as an operator sees it. */
export interface DeadMessage {
  /** Its sequence in `DEAD`: what `replayDead` and `purgeDead` take. */
  readonly seq: number;
  readonly stream: string;
  readonly durable: string;
  /** Where it was published first, and where a replay publishes it. */
  readonly subject: string;
  readonly originalSeq: number;
  readonly kind: string;
  readonly reason: string;
  readonly deliveries: number;
  readonly at: Date;
  /** Absent when the body cannot be read. */
  readonly envelope: Envelope | undefined;
  readonly body: string;
}

const DEAD = STREAMS.dead.name;
const READ_AHEAD = 50;
/** Bounds one call on a stream with many holes; the caller goes on with `before`. */
const MAX_LOOKS = 5_000;

/** The newest dead messages first, below `before` (a sequence in `DEAD`), of one stream when given. */
export async function listDead(
  bus: Bus,
  options: { stream?: string; limit: number; before?: number },
): Promise<DeadMessage[]> {
  const { jsm } = connectionOf(bus);
  const { state } = await jsm.streams.info(DEAD);
  const prefix = options.stream === undefined ? 'dead.' : `dead.${options.stream}.`;
  const newest = Math.min(state.last_seq, (options.before ?? Infinity) - 1);
  const oldest = Math.max(state.first_seq, 1, newest - MAX_LOOKS);
  const found: DeadMessage[] = [];
  for (let top = newest; top >= oldest && found.length < options.limit; top -= READ_AHEAD) {
    const seqs = Array.from({ length: Math.min(READ_AHEAD, top - oldest + 1) }, (_, index) => top - index);
    const messages = await Promise.all(seqs.map((seq) => jsm.streams.getMessage(DEAD, { seq })));
    found.push(...messages.filter((message) => message?.subject.startsWith(prefix)).flatMap(describe));
  }
  return found.slice(0, options.limit);
}

/**
 * Publishes a dead message to its first subject again, under a new id (its old one may still be in the duplicate
 * window), and removes it here. Throws `not_found`, or `conflict` when the body cannot be read.
 */
export async function replayDead(bus: Bus, seq: number): Promise<PublishResult & { id: string }> {
  const { jsm } = connectionOf(bus);
  const [dead] = describe(await jsm.streams.getMessage(DEAD, { seq }));
  if (dead === undefined) throw new AppError('not_found', `There is no dead message ${seq}.`);
  const { envelope, subject } = dead;
  if (envelope === undefined || subject === '') {
    throw new AppError(
      'conflict',
      `The body of dead message ${seq} cannot be read, so it cannot be replayed: purge it.`,
    );
  }
  const id = newId();
  const result = await bus.publishEnvelope(subject, { ...envelope, id, causationId: envelope.id });
  await jsm.streams.deleteMessage(DEAD, seq, false);
  return { ...result, id };
}

/** Removes one dead message for good. Throws `not_found` when there is none. */
export async function purgeDead(bus: Bus, seq: number): Promise<void> {
  const { jsm } = connectionOf(bus);
  const message = await jsm.streams.getMessage(DEAD, { seq });
  if (message === null) throw new AppError('not_found', `There is no dead message ${seq}.`);
  await jsm.streams.deleteMessage(DEAD, seq, true);
}

function describe(message: StoredMsg | null): DeadMessage[] {
  if (message === null) return [];
  const headers = fromHeaders(message.header);
  const read = decodeEnvelope(message.data);
  return [
    {
      seq: message.seq,
      stream: headers[HEADERS.originalStream] ?? '',
      durable: headers[HEADERS.originalDurable] ?? '',
      subject: headers[HEADERS.originalSubject] ?? '',
      originalSeq: Number(headers[HEADERS.originalSeq] ?? 0),
      kind: headers[HEADERS.deadKind] ?? '',
      reason: headers[HEADERS.deadReason] ?? '',
      deliveries: Number(headers[HEADERS.deliveries] ?? 0),
      at: message.time,
      envelope: 'envelope' in read ? read.envelope : undefined,
      body: new TextDecoder().decode(message.data),
    },
  ];
}
