import type { Bus, OrderedMessage } from './bus';
import { connectionOf, type Connection } from './connection';
import { nextMessage } from './next-message';

export interface RangeOptions {
  readonly stream: string;
  /** One subject, without wildcards. */
  readonly subject: string;
  /** Stored at this time or later; the whole stream when neither this nor `fromSeq` is given. */
  readonly from?: Date;
  /** The first sequence to read, instead of a time. */
  readonly fromSeq?: number;
  /** Messages read at most. */
  readonly limit: number;
  /** Milliseconds at most. */
  readonly timeoutMs: number;
  /** Called one at a time and in order; the next waits for what it returns. */
  readonly onMessage: (message: OrderedMessage) => void | Promise<void>;
}

export interface RangeResult {
  readonly read: number;
  /** False where the limit or the time ended it before the end. */
  readonly complete: boolean;
  /** When the oldest message that the stream still has was stored; null where it has none. */
  readonly keptSince: Date | null;
}

/**
 * Reads what a stream has of one subject, in order, and stops at what was its last message when the call began: a look at
 * the past that ends, however much is published meanwhile.
 */
export async function readRange(bus: Bus, options: RangeOptions): Promise<RangeResult> {
  const { stream, subject, from, fromSeq = 1, limit, timeoutMs, onMessage } = options;
  const connection = connectionOf(bus);
  const [oldest, last] = await Promise.all([
    nextMessage(connection, stream, 1),
    connection.jsm.streams.getMessage(stream, { last_by_subj: subject }),
  ]);
  const keptSince = oldest?.time ?? null;
  const startSeq = from === undefined ? fromSeq : await firstSince(connection, stream, from);
  if (last === null || startSeq === undefined || last.seq < startSeq)
    return { read: 0, complete: true, keptSince };
  let read = 0;
  const ended = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => ended.resolve(false), timeoutMs);
  const reader = await bus.readOrdered({
    stream,
    filter: subject,
    startSeq,
    onMessage: async (message) => {
      if (message.seq > last.seq || read >= limit) return ended.resolve(message.seq > last.seq);
      read += 1;
      await onMessage(message);
      if (message.seq === last.seq) ended.resolve(true);
    },
  });
  const complete = await ended.promise;
  clearTimeout(timer);
  await reader.stop();
  return { read, complete, keptSince };
}

/** The first sequence stored at a time or later, by halving: times grow with sequences. Undefined where there is none. */
async function firstSince(connection: Connection, stream: string, from: Date): Promise<number | undefined> {
  const { state } = await connection.jsm.streams.info(stream);
  let [low, high] = [Math.max(1, state.first_seq), state.last_seq + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await nextMessage(connection, stream, middle);
    if (found !== null && found.time < from) low = found.seq + 1;
    else high = middle;
  }
  return low > state.last_seq ? undefined : low;
}
