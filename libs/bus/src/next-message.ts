import type { StoredMsg } from '@nats-io/jetstream';
import type { Connection } from './connection';

/** The first message of a subject at a sequence or after it. The client's types do not know this question; the server does. */
export function nextMessage(
  { jsm }: Pick<Connection, 'jsm'>,
  stream: string,
  seq: number,
  subject = '>',
): Promise<StoredMsg | null> {
  const query = { seq, next_by_subj: subject };
  return jsm.streams.getMessage(stream, query);
}
