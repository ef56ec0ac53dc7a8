import { AppError } from '@shotloom/kernel';
import { inSpan, type MetricsRegistry } from '@shotloom/service-kit';
import { Counter, Gauge, Histogram } from 'prom-client';
import { known } from '../known-metric';

export type VendorVerb = 'submit' | 'poll' | 'fetch' | 'lookup' | 'cancel' | 'test_connection' | 'balance';
/** What became of a `work.submit`. `not_granted`: the fence did not let us in. `unreported`: the stream could not be told. */
export type SubmitOutcome = (typeof SUBMITS)[number];

export interface VendorMetrics {
  /** Times a call of the vendor, which is a span of its own, and counts how it ended; `failureOf` finds the error in an answer that carries one. */
  timed<T>(
    verb: VendorVerb,
    work: () => Promise<T>,
    failureOf?: (answer: T) => AppError | undefined,
  ): Promise<T>;
  submit(outcome: SubmitOutcome): void;
  pollDropped(reason: (typeof DROPPED)[number]): void;
  /** Something that a person should look at, although the attempt goes on. */
  alarm(kind: (typeof ALARMS)[number]): void;
  callback(verdict: (typeof CALLBACKS)[number]): void;
}

/** Shown from the start, so that the first of them is a rise and not a series that begins. */
const DROPPED = ['expired', 'unreported'] as const;
const ALARMS = ['unknownStatus', 'unreadable', 'unfit'] as const;
const SUBMITS = ['submitted', 'adopted', 'refused', 'uncertain', 'not_granted', 'unreported'] as const;
const CALLBACKS = ['verified', 'hint', 'refused', 'unknown', 'challenge'] as const;

const SECONDS_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120];

export function vendorMetrics(registry: MetricsRegistry, provider: string): VendorMetrics {
  const counter = (name: string, help: string, labels: readonly string[]): Counter => {
    const labelNames = ['provider', ...labels];
    return known(registry, name, () => new Counter({ name, help, labelNames, registers: [registry] }));
  };
  const calls = counter('shotloom_vendor_calls_total', 'Calls of a vendor by how they ended.', [
    'verb',
    'outcome',
    'code',
  ]);
  const submits = counter('shotloom_vendor_submits_total', 'Submits by what was reported.', ['outcome']);
  const dropped = counter('shotloom_vendor_polls_dropped_total', 'Poll messages that were dropped.', [
    'reason',
  ]);
  const alarms = counter('shotloom_vendor_alarms_total', 'Answers of a vendor that we do not understand.', [
    'kind',
  ]);
  const callbacks = counter('shotloom_vendor_callbacks_total', 'Callbacks by verdict.', ['verdict']);
  for (const outcome of SUBMITS) submits.inc({ provider, outcome }, 0);
  for (const reason of DROPPED) dropped.inc({ provider, reason }, 0);
  for (const kind of ALARMS) alarms.inc({ provider, kind }, 0);
  for (const verdict of CALLBACKS) callbacks.inc({ provider, verdict }, 0);
  const { seconds, inFlight } = timers(registry);
  const ended = (verb: VendorVerb, from: number, error: AppError | undefined): void => {
    seconds.observe({ provider, verb }, (performance.now() - from) / 1_000);
    calls.inc({ provider, verb, outcome: error?.outcome ?? 'ok', code: error?.code ?? '' });
  };
  return {
    timed: async (verb, work, failureOf) => {
      const from = performance.now();
      inFlight.inc({ provider, verb });
      try {
        const attributes = { 'shotloom.provider': provider, 'shotloom.verb': verb };
        const answer = await inSpan(`${provider} ${verb}`, { kind: 'client', attributes }, work);
        ended(verb, from, failureOf?.(answer));
        return answer;
      } catch (error) {
        ended(verb, from, AppError.from(error));
        throw error;
      } finally {
        inFlight.dec({ provider, verb });
      }
    },
    submit: (outcome) => submits.inc({ provider, outcome }),
    pollDropped: (reason) => dropped.inc({ provider, reason }),
    alarm: (kind) => alarms.inc({ provider, kind }),
    callback: (verdict) => callbacks.inc({ provider, verdict }),
  };
}

function timers(registry: MetricsRegistry): { seconds: Histogram; inFlight: Gauge } {
  const labelNames = ['provider', 'verb'];
  const registers = [registry];
  const seconds = known(registry, 'shotloom_vendor_call_seconds', (name) => {
    const help = 'Time that calls of a vendor took.';
    return new Histogram({ name, help, labelNames, buckets: SECONDS_BUCKETS, registers });
  });
  const inFlight = known(registry, 'shotloom_vendor_calls_in_flight', (name) => {
    return new Gauge({ name, help: 'Calls of a vendor under way.', labelNames, registers });
  });
  return { seconds, inFlight };
}
