import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type StreamConfig,
} from '@nats-io/jetstream';
import { AppError } from '@shotloom/kernel';
import type { ConsumerSpec, StreamSpec } from '@shotloom/contracts';
import type { Bus } from './bus';
import { connectionOf, type Connection } from './connection';
import { ADVISORIES, rescueSpec } from './topology-specs';

export interface Topology {
  readonly streams: readonly StreamSpec[];
  readonly consumers: readonly ConsumerSpec[];
  /** Copies of each stream in a cluster (default 1). */
  readonly replicas?: number;
}

/** One thing that was made, or made to fit. */
export interface TopologyChange {
  readonly kind: 'stream' | 'consumer';
  /** `<stream>` or `<stream>/<durable>` */
  readonly name: string;
  readonly action: 'created' | 'updated';
  /** What differed, for an update. */
  readonly fields: readonly string[];
}

interface Wanted {
  readonly streams: { name: string; config: Partial<StreamConfig> & { name: string } }[];
  readonly consumers: { stream: string; durable: string; config: Partial<ConsumerConfig> }[];
}

const NANOS_PER_MS = 1_000_000;
const DUPLICATE_WINDOW_MS = 2 * 60_000;
/** Delayed naks count as pending: with a low limit, sleeping messages would block the rest. */
const MAX_ACK_PENDING = 20_000;
/** Pull requests that may wait at once, of all replicas together. */
const MAX_WAITING = 4_096;
/** What the server does not let anyone change afterwards. */
const FIXED_STREAM_FIELDS = ['retention', 'storage'];

/**
 * Creates what is missing and updates what differs; run by the topology job before any worker starts. Never deletes:
 * what is no longer declared is reported by `verifyTopology` at most. Throws `conflict` where only a person can help.
 */
export async function applyTopology(bus: Bus, topology: Topology): Promise<TopologyChange[]> {
  const connection = connectionOf(bus);
  const wanted = expand(topology);
  const changes: TopologyChange[] = [];
  for (const stream of wanted.streams) changes.push(...(await applyStream(connection, stream)));
  for (const consumer of wanted.consumers) changes.push(...(await applyConsumer(connection, consumer)));
  return changes;
}

/** What the server lacks or has differently, a sentence each; empty when all is well. */
export async function verifyTopology(bus: Bus, topology: Topology): Promise<string[]> {
  const connection = connectionOf(bus);
  const wanted = expand(topology);
  const problems: string[] = [];
  for (const { name, config } of wanted.streams) {
    const actual = await findStream(connection, name);
    problems.push(...describe(`Stream ${name}`, config, actual));
  }
  for (const { stream, durable, config } of wanted.consumers) {
    const actual = await findConsumer(connection, stream, durable);
    problems.push(...describe(`Consumer ${stream}/${durable}`, config, actual));
  }
  return problems;
}

function expand(topology: Topology): Wanted {
  const streams = [...topology.streams.filter(({ name }) => name !== ADVISORIES.name), ADVISORIES];
  const consumers = topology.consumers.flatMap((spec) => [spec, rescueSpec(spec)]);
  return {
    streams: streams.map((spec) => ({ name: spec.name, config: streamConfig(spec, topology.replicas ?? 1) })),
    consumers: consumers.map((spec) => ({
      stream: spec.stream,
      durable: spec.durable,
      config: consumerConfig(spec),
    })),
  };
}

function streamConfig(spec: StreamSpec, replicas: number): Wanted['streams'][number]['config'] {
  const maxAgeMs = spec.maxAgeMs ?? 0;
  const duplicateWindow = maxAgeMs === 0 ? DUPLICATE_WINDOW_MS : Math.min(maxAgeMs, DUPLICATE_WINDOW_MS);
  return {
    name: spec.name,
    subjects: [...spec.subjects],
    retention: spec.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    storage: spec.storage === 'memory' ? StorageType.Memory : StorageType.File,
    max_age: maxAgeMs * NANOS_PER_MS,
    duplicate_window: duplicateWindow * NANOS_PER_MS,
    num_replicas: replicas,
  };
}

function consumerConfig(spec: ConsumerSpec): Partial<ConsumerConfig> {
  return {
    durable_name: spec.durable,
    filter_subject: spec.filter,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_wait: spec.ackWaitMs * NANOS_PER_MS,
    max_deliver: spec.maxDeliver,
    max_ack_pending: MAX_ACK_PENDING,
    max_waiting: MAX_WAITING,
  };
}

async function applyStream(
  connection: Connection,
  wanted: Wanted['streams'][number],
): Promise<TopologyChange[]> {
  const { name, config } = wanted;
  const actual = await findStream(connection, name);
  if (actual === undefined) {
    await connection.jsm.streams.add(config);
    return [{ kind: 'stream', name, action: 'created', fields: [] }];
  }
  const fields = differences(config, actual);
  if (fields.length === 0) return [];
  const fixed = fields.filter((field) => FIXED_STREAM_FIELDS.includes(field));
  if (fixed.length > 0) {
    const message = `Stream ${name} differs in ${fixed.join(', ')}, which NATS cannot change: empty it, delete it and run this again.`;
    throw new AppError('conflict', message);
  }
  await connection.jsm.streams.update(name, { ...actual, ...config });
  return [{ kind: 'stream', name, action: 'updated', fields }];
}

async function applyConsumer(
  connection: Connection,
  wanted: Wanted['consumers'][number],
): Promise<TopologyChange[]> {
  const { stream, durable, config } = wanted;
  const name = `${stream}/${durable}`;
  const actual = await findConsumer(connection, stream, durable);
  if (actual === undefined) {
    await connection.jsm.consumers.add(stream, config);
    return [{ kind: 'consumer', name, action: 'created', fields: [] }];
  }
  const fields = differences(config, actual);
  if (fields.length === 0) return [];
  await connection.jsm.consumers.update(stream, durable, config);
  return [{ kind: 'consumer', name, action: 'updated', fields }];
}

async function findStream(connection: Connection, name: string): Promise<StreamConfig | undefined> {
  return orMissing(connection.jsm.streams.info(name).then(({ config }) => config));
}

async function findConsumer(
  connection: Connection,
  stream: string,
  durable: string,
): Promise<ConsumerConfig | undefined> {
  return orMissing(connection.jsm.consumers.info(stream, durable).then(({ config }) => config));
}

async function orMissing<T>(asking: Promise<T>): Promise<T | undefined> {
  const missing: readonly number[] = [JetStreamApiCodes.StreamNotFound, JetStreamApiCodes.ConsumerNotFound];
  try {
    return await asking;
  } catch (error) {
    if (error instanceof JetStreamApiError && missing.includes(error.code)) return undefined;
    throw error;
  }
}

/** Only what we set counts: the rest is the server's defaults, which differ between its versions. */
function differences(wanted: object, actual: object): string[] {
  const present = new Map<string, unknown>(Object.entries(actual));
  const differs = ([key, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(present.get(key) ?? 0);
  return Object.entries(wanted)
    .filter(differs)
    .map(([key]) => key);
}

function describe(what: string, wanted: object, actual: object | undefined): string[] {
  if (actual === undefined) return [`${what} does not exist: run the topology job.`];
  const fields = differences(wanted, actual);
  return fields.length === 0 ? [] : [`${what} differs in ${fields.join(', ')}: run the topology job.`];
}
