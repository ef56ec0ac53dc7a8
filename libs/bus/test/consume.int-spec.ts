import type { Envelope } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { DeadLetter, listDead, RetryLater, type Bus, type ConsumedMessage } from '@shotloom/bus';
import { waitFor } from '@shotloom/testing';
import {
  Harness,
  metricsOf,
  numberOf,
  publishNumbers,
  range,
  thingHappenedV2,
  workConsumer,
} from './harness';

const subject = 'work.a.submit';

/** Its payload does not fit its type. */
const unreadable = (): Envelope => ({
  id: 'x',
  type: 'thing.happened.v1',
  correlationId: 'c',
  producer: 'p',
  payload: { n: 'no' },
  occurredAt: new Date().toISOString(),
});

describe('consuming', () => {
  let harness: Harness;
  let bus: Bus;
  beforeEach(async () => {
    harness = await Harness.start();
    bus = await harness.busWith(workConsumer());
  });
  afterEach(() => harness.stop());

  const left = async (): Promise<number> => (await bus.streamState('WORK')).messages;
  const empty = (): Promise<boolean> => waitFor(async () => (await left()) === 0, { what: 'an empty queue' });

  it('acks after the handler returned, not before', async () => {
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const handler = jest.fn(() => gate);
    await bus.consume(workConsumer(), handler, { concurrency: 1 });
    await publishNumbers(bus, subject, [1]);
    await waitFor(() => handler.mock.calls.length === 1, { what: 'the handler' });
    await bus.ping();
    expect(await left()).toBe(1);
    finish();
    await empty();
  });

  it('never holds more than the free slots, and leaves the rest to other replicas', async () => {
    const gates: (() => void)[] = [];
    const seen: number[] = [];
    const handler = ({ payload }: ConsumedMessage): Promise<void> => {
      seen.push(numberOf(payload));
      return new Promise((resolve) => gates.push(resolve));
    };
    const consumption = await bus.consume(workConsumer(), handler, { concurrency: 3 });
    await publishNumbers(bus, subject, range(10));
    await waitFor(() => consumption.inFlight === 3, { what: 'full slots' });
    const other: number[] = [];
    const second = await harness.bus('second');
    await second.consume(workConsumer(), async ({ payload }) => void other.push(numberOf(payload)), {
      concurrency: 1,
    });
    await waitFor(() => other.length === 7, { what: 'the other replica to take the rest' });
    expect(consumption.inFlight).toBe(3);
    for (const open of gates) open();
    await empty();
    expect([...seen, ...other].sort((a, b) => a - b)).toEqual(range(10));
  });

  it('handles many messages with a bound', async () => {
    let running = 0;
    let most = 0;
    const seen = new Set<number>();
    const handler = async ({ payload }: ConsumedMessage): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      seen.add(numberOf(payload));
    };
    await bus.consume(workConsumer(), handler, { concurrency: 8 });
    await Promise.all(range(500).map((n) => publishNumbers(bus, subject, [n])));
    await empty();
    expect(seen.size).toBe(500);
    expect(most).toBe(8);
  });

  it('acks what nobody wants without decoding it, and asks again where nobody could say', async () => {
    const answers = [() => Promise.reject(new Error('away')), async () => false, async () => true];
    const isWanted = jest.fn(async (_subject: string) => (await answers.shift()?.()) ?? true);
    const handler = jest.fn(async () => undefined);
    await bus.consume(workConsumer({ backoffMs: [20] }), handler, { concurrency: 1, isWanted });
    await bus.publishEnvelope(subject, unreadable());
    await empty();
    await publishNumbers(bus, subject, [1]);
    await empty();
    expect(isWanted.mock.calls).toEqual([[subject], [subject], [subject]]);
    expect(handler).toHaveBeenCalledTimes(1);
    expect(await listDead(bus, { limit: 10 })).toEqual([]);
  });

  it('delivers again after the backoff, and after what RetryLater asks for', async () => {
    const at: number[] = [];
    const handler = async (): Promise<void> => {
      at.push(performance.now());
      if (at.length === 1) throw new Error('once');
      if (at.length === 2) throw new RetryLater('not yet', 400);
    };
    await bus.consume(workConsumer({ backoffMs: [200] }), handler, { concurrency: 1 });
    await publishNumbers(bus, subject, [1]);
    await empty();
    const [first = 0, second = 0, third = 0] = at;
    expect(at).toHaveLength(3);
    expect(second - first).toBeGreaterThan(140);
    expect(third - second).toBeGreaterThan(380);
  });

  it.each([
    ['DeadLetter', new DeadLetter('poison')],
    ['an AppError that is not retryable', new AppError('not_found', 'no such row')],
  ])('buries at once after %s', async (_name, error) => {
    const handler = jest.fn(() => Promise.reject(error));
    await bus.consume(workConsumer(), handler, { concurrency: 1 });
    await publishNumbers(bus, subject, [7]);
    await empty();
    expect(handler).toHaveBeenCalledTimes(1);
    const [dead] = await listDead(bus, { limit: 10 });
    expect(dead).toMatchObject({
      stream: 'WORK',
      durable: 'worker',
      subject,
      kind: 'rejected',
      deliveries: 1,
    });
    expect(dead?.reason).toContain(error.message);
    expect(dead?.envelope?.payload).toEqual({ n: 7 });
  });

  it('buries after the last delivery', async () => {
    const handler = jest.fn(() => Promise.reject(new Error('always')));
    await bus.consume(workConsumer(), handler, { concurrency: 1 });
    await publishNumbers(bus, subject, [1]);
    await empty();
    expect(handler).toHaveBeenCalledTimes(3);
    expect(await listDead(bus, { limit: 10 })).toMatchObject([{ kind: 'exhausted', deliveries: 3 }]);
  });

  it('parks an unknown version for a newer replica before it gives it up', async () => {
    const options = { concurrency: 1, unknownTypeDelayMs: 300 };
    const handler = jest.fn(() => Promise.resolve());
    await bus.consume(workConsumer({ maxDeliver: 50 }), handler, options);
    await bus.publish(thingHappenedV2, { n: 1 }, { subject, correlationId: 'c' });
    const newer = workConsumer({ contracts: [thingHappenedV2] });
    const second = await harness.bus('newer');
    const seen: string[] = [];
    await second.consume(newer, async ({ type }) => void seen.push(type), { concurrency: 1 });
    await empty();
    expect(seen).toEqual(['thing.happened.v2']);
    expect(handler).not.toHaveBeenCalled();
  });

  it('buries an unknown type only after its last delivery', async () => {
    await bus.consume(workConsumer(), () => Promise.resolve(), { concurrency: 1, unknownTypeDelayMs: 50 });
    await bus.publish(thingHappenedV2, { n: 1 }, { subject, correlationId: 'c' });
    await empty();
    expect(await listDead(bus, { limit: 10 })).toMatchObject([{ kind: 'unknown_type', deliveries: 3 }]);
  });

  it('buries a body that nobody can read at once', async () => {
    await bus.consume(workConsumer(), () => Promise.resolve(), { concurrency: 1 });
    await bus.publishEnvelope(subject, unreadable());
    await empty();
    const [dead] = await listDead(bus, { limit: 10 });
    expect(dead).toMatchObject({ kind: 'unreadable', deliveries: 1 });
    expect(dead?.reason).toContain('n: ');
  });

  it('keeps a message whose handler takes longer than the ack wait', async () => {
    const handler = jest.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 2_500)));
    const spec = workConsumer({ durable: 'slow', filter: 'work.b.submit', ackWaitMs: 1_000 });
    const slow = await harness.busWith(spec);
    await slow.consume(spec, handler, { concurrency: 2 });
    await publishNumbers(slow, 'work.b.submit', [1]);
    await empty();
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('stops by finishing what runs and acking nothing else', async () => {
    const seen: number[] = [];
    const handler = async ({ payload }: ConsumedMessage): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      seen.push(numberOf(payload));
    };
    const consumption = await bus.consume(workConsumer(), handler, { concurrency: 4 });
    await publishNumbers(bus, subject, range(40));
    await waitFor(() => seen.length > 4, { what: 'some work' });
    await consumption.stop();
    expect(consumption.inFlight).toBe(0);
    expect(await left()).toBe(40 - seen.length);
    await bus.consume(workConsumer(), handler, { concurrency: 40 });
    await empty();
    expect(new Set(seen)).toEqual(new Set(range(40)));
  });

  it('tells a handler that outlives the grace time', async () => {
    const aborted: boolean[] = [];
    const running = jest.fn();
    const consumption = await bus.consume(
      workConsumer(),
      (_message, { signal }) => {
        running();
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push(signal.aborted);
            reject(new RetryLater('stopping', 10));
          });
        });
      },
      { concurrency: 1, graceMs: 50 },
    );
    await publishNumbers(bus, subject, [1]);
    await waitFor(() => running.mock.calls.length === 1, { what: 'the handler' });
    await consumption.stop();
    expect(aborted).toEqual([true]);
    expect(await left()).toBe(1);
  });

  it('counts what happens', async () => {
    const registry = metricsOf();
    const counted = await harness.bus('counted', registry);
    let failures = 1;
    const handler = async (): Promise<void> => {
      if (failures-- > 0) throw new Error('once');
    };
    await counted.consume(workConsumer(), handler, { concurrency: 1 });
    await publishNumbers(bus, subject, [1]);
    await empty();
    const text = await waitFor(
      async () => {
        const all = await registry.metrics();
        return /outcome="handled".*\} 1/.test(all) && all;
      },
      { what: 'the metrics' },
    );
    expect(text).toMatch(/shotloom_bus_messages_total\{.*outcome="retried".*\} 1/);
    expect(text).toMatch(/shotloom_bus_redeliveries_total\{.*\} 1/);
    expect(text).toMatch(/shotloom_bus_handler_seconds_count\{.*\} 2/);
    expect(text).toMatch(/shotloom_bus_in_flight\{.*\} 0/);
  });
});
