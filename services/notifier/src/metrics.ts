import { Counter, Gauge, Histogram } from 'prom-client';
import type { SocketMessage } from '@shotloom/contracts';
import type { MetricsRegistry } from '@shotloom/service-kit';

/** Why the server ended a socket that the client wanted to keep. */
export type CutReason = (typeof CUT_REASONS)[number];
const CUT_REASONS = ['slow', 'silent', 'overflow', 'revoked', 'bad_message', 'unavailable'] as const;

export interface NotifierMetrics {
  socketOpened(): void;
  socketClosed(): void;
  message(type: SocketMessage['type']): void;
  streamOpened(): void;
  streamClosed(): void;
  /** A server-sent event, by its name. */
  event(name: string): void;
  /** Seconds from the change of a job to the moment its event was handed to the sockets. */
  eventDelay(seconds: number): void;
  cut(reason: CutReason): void;
  /** How many bytes wait for clients, asked when the metrics are read. */
  buffered(bytes: () => number): void;
}

const DELAY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

export function createNotifierMetrics(registry: MetricsRegistry): NotifierMetrics {
  const registers = [registry];
  const open = new Gauge({ name: 'shotloom_sockets_open', help: 'WebSockets open now.', registers });
  const messages = new Counter({
    name: 'shotloom_socket_messages_total',
    help: 'Messages sent to clients, by type.',
    labelNames: ['type'],
    registers,
  });
  const streams = new Gauge({
    name: 'shotloom_event_streams_open',
    help: 'Streams of server-sent events open now.',
    registers,
  });
  const events = new Counter({
    name: 'shotloom_events_sent_total',
    help: 'Server-sent events, by name.',
    labelNames: ['event'],
    registers,
  });
  const delay = new Histogram({
    name: 'shotloom_event_delay_seconds',
    help: 'From the change of a job to the push of its event.',
    buckets: DELAY_BUCKETS,
    registers,
  });
  const cuts = new Counter({
    name: 'shotloom_sockets_cut_total',
    help: 'Sockets and event streams ended by the server, by reason.',
    labelNames: ['reason'],
    registers,
  });
  // Shown from the start, so that the first of them is a rise.
  for (const reason of CUT_REASONS) cuts.inc({ reason }, 0);
  return {
    socketOpened: () => open.inc(),
    socketClosed: () => open.dec(),
    message: (type) => messages.inc({ type }),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    event: (event) => events.inc({ event }),
    eventDelay: (seconds) => delay.observe(Math.max(0, seconds)),
    cut: (reason) => cuts.inc({ reason }),
    buffered: (bytes) => {
      new Gauge({
        name: 'shotloom_client_buffered_bytes',
        help: 'Bytes that sockets and event streams have not taken yet.',
        registers,
        collect() {
          this.set(bytes());
        },
      });
    },
  };
}
