import type { MessageContract } from './envelope';

/** A JetStream stream as data. Ages in milliseconds. */
export interface StreamSpec {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly retention: 'workqueue' | 'limits';
  readonly storage: 'file' | 'memory';
  readonly maxAgeMs?: number;
}

/** A durable pull consumer as data. One filter subject each (NATS 2.9 has no more). */
export interface ConsumerSpec {
  readonly stream: string;
  readonly durable: string;
  readonly filter: string;
  /** A message not acked or `working()` within this time is delivered again. */
  readonly ackWaitMs: number;
  readonly maxDeliver: number;
  /** Waits after the first, second ... failed delivery; the last value repeats. */
  readonly backoffMs: readonly number[];
  /** Whoever sent it sends another by itself: one that died with its handler is forgotten, since an operator could do nothing with it. */
  readonly isExpendable?: true;
  /** Message types that may come; anything else is parked as an unknown type. */
  readonly contracts: readonly MessageContract[];
}

/** The streams of design section 3. `DEAD` holds what was given up, `dead.<stream>.<durable>`. */
export const STREAMS = {
  work: { name: 'WORK', subjects: ['work.>'], retention: 'workqueue', storage: 'file' },
  /**
   * No outbox: the planner's rows are the truth, and what nobody took in a minute is asked anew. On disk all the same: a single
   * server forgets the very existence of a stream in memory when it restarts, and no vendor would be asked again.
   */
  polls: {
    name: 'POLLS',
    subjects: ['polls.>'],
    retention: 'workqueue',
    storage: 'file',
    maxAgeMs: 60_000,
  },
  attempts: { name: 'ATTEMPTS', subjects: ['attempts.>'], retention: 'workqueue', storage: 'file' },
  media: { name: 'MEDIA', subjects: ['media.>'], retention: 'workqueue', storage: 'file' },
  accounts: { name: 'ACCOUNTS', subjects: ['accounts.>'], retention: 'workqueue', storage: 'file' },
  results: { name: 'RESULTS', subjects: ['results.>'], retention: 'workqueue', storage: 'file' },
  jobs: {
    name: 'JOBS',
    subjects: ['jobs.>'],
    retention: 'limits',
    storage: 'file',
    maxAgeMs: 7 * 86_400_000,
  },
  dead: {
    name: 'DEAD',
    subjects: ['dead.>'],
    retention: 'limits',
    storage: 'file',
    maxAgeMs: 30 * 86_400_000,
  },
} as const satisfies Record<string, StreamSpec>;
