import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { AppError } from '@shotloom/kernel';
import type { Bus } from './bus';
import { connectionOf, type Connection } from './connection';
import { ADVISORIES } from './topology-specs';
import { applyTopology, type Topology } from './topology';

/** Those of a topology that the server has, with what is in them. */
export interface PresentStream {
  readonly name: string;
  readonly messages: number;
  /** Consumers that somebody waits on for messages: a process that uses the stream now. */
  readonly read: readonly string[];
}

/** What is there of a topology, and who reads it. Changes nothing. */
export async function presentStreams(
  bus: Bus,
  { streams }: Pick<Topology, 'streams'>,
): Promise<PresentStream[]> {
  const connection = connectionOf(bus);
  const present: PresentStream[] = [];
  for (const name of namesOf(streams)) {
    const messages = await messagesIn(connection, name);
    if (messages === undefined) continue;
    present.push({ name, messages, read: await readersOf(connection, name) });
  }
  return present;
}

/**
 * Takes every stream of a topology away, with all that is in it, and makes them anew. Whoever went on in the old ones by a place begins
 * again: a stream's epoch is the moment when it was made. Only for after a restore, when what the streams say is not what the database
 * says. Returns the names of those that were taken away.
 */
export async function remakeStreams(bus: Bus, topology: Topology): Promise<string[]> {
  const { jsm } = connectionOf(bus);
  const removed: string[] = [];
  for (const { name } of await presentStreams(bus, topology)) {
    try {
      await jsm.streams.delete(name);
    } catch (error) {
      throw new AppError('forbidden', `The user of NATS may not take the stream ${name} away.`, {
        cause: error,
      });
    }
    removed.push(name);
  }
  await applyTopology(bus, topology);
  return removed;
}

const namesOf = (streams: Topology['streams']): string[] => [
  ...new Set([...streams.map(({ name }) => name), ADVISORIES.name]),
];

async function messagesIn({ jsm }: Connection, name: string): Promise<number | undefined> {
  try {
    return (await jsm.streams.info(name)).state.messages;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      return undefined;
    throw error;
  }
}

async function readersOf({ jsm }: Connection, stream: string): Promise<string[]> {
  const readers: string[] = [];
  for await (const { name, num_waiting: waiting } of jsm.consumers.list(stream)) {
    if (waiting > 0) readers.push(name);
  }
  return readers;
}
