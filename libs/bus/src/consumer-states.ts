import type { ConsumerInfo } from '@nats-io/jetstream';
import { STREAMS } from '@shotloom/contracts';
import type { Bus } from './bus';
import { connectionOf, type Connection } from './connection';
import { deadSubject } from './dead-letter-writer';
import { fromHeaders, HEADERS } from './headers';
import { nextMessage } from './next-message';

/** How far a durable consumer is. */
export interface ConsumerState {
  readonly stream: string;
  readonly durable: string;
  /** Never delivered. */
  readonly pending: number;
  /** Delivered and not acked: in work, or asleep until its next try. */
  readonly unacked: number;
  /** Of those, delivered more than once. */
  readonly redelivered: number;
  /** Requests of workers that wait for a message: 0 means that nobody is there. */
  readonly waiting: number;
  /** When the oldest message that is not done was stored; null where all is done. */
  readonly oldestAt: Date | null;
}

/** All durables of these streams. One question a stream, and one a durable that has something to do. */
export async function consumerStates(bus: Bus, streams: readonly string[]): Promise<ConsumerState[]> {
  const connection = connectionOf(bus);
  const states: ConsumerState[] = [];
  for (const stream of streams) {
    for await (const info of connection.jsm.consumers.list(stream)) {
      const durable = info.config.durable_name;
      if (durable === undefined) continue;
      const busy = info.num_pending > 0 || info.num_ack_pending > 0;
      states.push({
        stream,
        durable,
        pending: info.num_pending,
        unacked: info.num_ack_pending,
        redelivered: info.num_redelivered,
        waiting: info.num_waiting,
        oldestAt: busy ? await oldestOf(connection, info) : null,
      });
    }
  }
  return states;
}

async function oldestOf(connection: Connection, info: ConsumerInfo): Promise<Date | null> {
  const { stream_name: stream, ack_floor: floor, config } = info;
  const oldest = await nextMessage(connection, stream, floor.stream_seq + 1, config.filter_subject);
  return oldest?.time ?? null;
}

/** Dead letters of one consumer. */
export interface DeadCount {
  readonly stream: string;
  readonly durable: string;
  readonly count: number;
  readonly oldestAt: Date | null;
}

/** Counted by the server: one question, and one for each consumer that has some. */
export async function countDead(bus: Bus): Promise<DeadCount[]> {
  const connection = connectionOf(bus);
  const DEAD = STREAMS.dead.name;
  const { state } = await connection.jsm.streams.info(DEAD, { subjects_filter: deadSubject('*', '>') });
  const counts: DeadCount[] = [];
  for (const [subject, count] of Object.entries(state.subjects ?? {})) {
    const first = await nextMessage(connection, DEAD, 1, subject);
    const headers = fromHeaders(first?.header);
    const [, stream = '', ...durable] = subject.split('.');
    counts.push({
      stream: headers[HEADERS.originalStream] ?? stream,
      durable: headers[HEADERS.originalDurable] ?? durable.join('.'),
      count,
      oldestAt: first?.time ?? null,
    });
  }
  return counts;
}
