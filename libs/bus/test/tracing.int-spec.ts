import { context, propagation, ROOT_CONTEXT, trace, type TextMapPropagator } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { waitFor } from '@shotloom/testing';
import type { Bus } from '@shotloom/bus';
import { double, Harness, thingHappened, workConsumer } from './harness';

/** Carries the trace and span ids as W3C does; the SDK that brings the real one is loaded only by processes. */
const propagator: TextMapPropagator = {
  fields: () => ['traceparent'],
  inject: (from, carrier, setter) => {
    const span = trace.getSpanContext(from);
    if (span !== undefined) setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`);
  },
  extract: (to, carrier, getter) => {
    const [, traceId = '', spanId = ''] = String(getter.get(carrier, 'traceparent')).split('-');
    return trace.setSpanContext(to, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
};
const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const active = (): string | undefined => trace.getSpanContext(context.active())?.traceId;

describe('tracing', () => {
  let harness: Harness;
  let bus: Bus;
  beforeAll(async () => {
    propagation.setGlobalPropagator(propagator);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    harness = await Harness.start();
    bus = await harness.busWith(workConsumer());
  });
  afterAll(async () => {
    await harness.stop();
    propagation.disable();
    context.disable();
  });

  const inTrace = <T>(work: () => Promise<T>): Promise<T> =>
    context.with(trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 }), work);

  it('goes on in the handler of a message', async () => {
    const seen: unknown[] = [];
    const handler = async (
      _message: unknown,
      { headers }: { headers: Record<string, string> },
    ): Promise<void> => void seen.push([active(), headers['traceparent']]);
    await bus.consume(workConsumer(), handler, { concurrency: 1 });
    await inTrace(() =>
      bus.publish(thingHappened, { n: 1 }, { subject: 'work.a.submit', correlationId: 'c' }),
    );
    await waitFor(() => seen.length === 1, { what: 'the message' });
    expect(seen).toEqual([[traceId, `00-${traceId}-${spanId}-01`]]);
  });

  it('keeps the trace that the outbox wrote down', async () => {
    const given = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
    const seen: unknown[] = [];
    bus.subscribe(thingHappened, 'work.b', () => void seen.push(active()));
    const options = { subject: 'work.b', correlationId: 'c', headers: { traceparent: given } };
    await inTrace(() => bus.publish(thingHappened, { n: 1 }, options));
    await waitFor(() => seen.length === 1, { what: 'the message' });
    expect(seen).toEqual(['1'.repeat(32)]);
  });

  it('goes on in a responder', async () => {
    bus.respond(double, async ({ n }) => ({ result: n, trace: active() }));
    await bus.ping();
    expect(await inTrace(() => bus.request(double, { n: 1 }))).toEqual({ result: 1, trace: traceId });
  });
});
