import { createInbox } from '@nats-io/transport-node';
import { newId } from '@shotloom/kernel';
import {
  applyTopology,
  connectBus,
  listDead,
  verifyTopology,
  type Bus,
  type ConsumedMessage,
} from '@shotloom/bus';
import { consumersFor, STREAMS } from '@shotloom/contracts';
import { silentLogger, startNats, waitFor } from '@shotloom/testing';
import { connectionOf } from '../src/connection';
import {
  double,
  Harness,
  numberOf,
  publishNumbers,
  range,
  thingHappened,
  untilConnected,
  workConsumer,
} from './harness';

const subject = 'work.a.submit';

jest.setTimeout(30_000);

describe('a NATS server that is killed', () => {
  let harness: Harness;
  let bus: Bus;
  beforeEach(async () => {
    harness = await Harness.start();
    bus = await harness.busWith(workConsumer({ maxDeliver: 20 }));
  });
  afterEach(() => harness.stop());

  const empty = (): Promise<boolean> =>
    waitFor(async () => (await bus.streamState('WORK')).messages === 0, {
      what: 'an empty queue',
      timeoutMs: 20_000,
    });

  it('loses no message, neither the running nor the waiting ones', async () => {
    const seen = new Set<number>();
    const handler = async ({ payload }: ConsumedMessage): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.add(numberOf(payload));
    };
    await bus.consume(workConsumer({ maxDeliver: 20 }), handler, { concurrency: 4, rescueSweepMs: 200 });
    await publishNumbers(bus, subject, range(100));
    await waitFor(() => seen.size > 8, { what: 'some work' });
    await harness.nats.restart('SIGKILL');
    await untilConnected(bus);
    await publishNumbers(bus, subject, range(20, 100));
    await waitFor(() => seen.size === 120, { what: 'all messages' });
    // what the killed server forgot to remove is queued again, and is not taken for dead
    await empty();
    expect([...seen].sort((a, b) => a - b)).toEqual(range(120));
    expect(await listDead(bus, { limit: 9 })).toEqual([]);
  });

  it('still has every stream and every durable', async () => {
    const topology = { streams: Object.values(STREAMS), consumers: [...consumersFor(['animatic', 'kling'])] };
    await applyTopology(bus, topology);
    await harness.nats.restart('SIGKILL');
    await untilConnected(bus);
    expect(await verifyTopology(bus, topology)).toEqual([]);
  });

  it('goes on consuming after a kill while nothing was to do, within seconds', async () => {
    const seen: number[] = [];
    await bus.consume(workConsumer(), async ({ payload }) => void seen.push(numberOf(payload)), {
      concurrency: 4,
    });
    await harness.nats.restart('SIGKILL');
    await untilConnected(bus);
    await publishNumbers(bus, subject, [1, 2, 3]);
    await waitFor(() => seen.length === 3, { what: 'the messages', timeoutMs: 5_000 });
  });

  it('goes on reading in order from where it was, without a gap or a repetition', async () => {
    const seen: number[] = [];
    await publishNumbers(bus, 'jobs.u1', [-1]);
    await bus.readOrdered({
      stream: 'JOBS',
      onMessage: ({ envelope }) => void seen.push(numberOf(envelope.payload)),
    });
    await harness.nats.restart('SIGKILL');
    await untilConnected(bus);
    await publishNumbers(bus, 'jobs.u1', range(50));
    await waitFor(() => seen.length === 50, { what: 'the first half' });
    await harness.nats.restart('SIGKILL');
    await untilConnected(bus);
    await publishNumbers(bus, 'jobs.u2', range(50, 50));
    await waitFor(() => seen.length >= 100, { what: 'the second half' });
    expect(seen).toEqual(range(100));
  });

  it('goes on answering requests', async () => {
    bus.respond(double, async ({ n }) => ({ result: n * 2 }));
    const asking = await harness.bus('asking');
    await harness.nats.restart('SIGKILL');
    await Promise.all([bus, asking].map(untilConnected));
    const answer = await waitFor(() => asking.request(double, { n: 4 }), { what: 'an answer' });
    expect(answer).toEqual({ result: 8 });
  });

  it('does not keep a request for later than its caller waits, and asks as soon as it can', async () => {
    const asked: number[] = [];
    bus.respond(double, async ({ n }) => {
      asked.push(n);
      return { result: n };
    });
    await harness.kill();
    await waitFor(() => !bus.isConnected(), { what: 'the bus to notice' });
    const patient = bus.request(double, { n: 2 }, { timeoutMs: 20_000 });
    await expect(bus.request(double, { n: 1 }, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      outcome: 'refused',
    });
    await harness.nats.restart();
    expect(await patient).toEqual({ result: 2 });
    expect(asked).toEqual([2]);
  });

  it('tells who asked to hear of it when it is back, whatever the others do', async () => {
    const heard = jest.fn();
    const gone = jest.fn();
    bus.onReconnect(() => {
      throw new Error('a listener that fails');
    });
    bus.onReconnect(heard);
    bus.onReconnect(gone)();
    await harness.nats.restart('SIGKILL');
    await waitFor(() => heard.mock.calls.length === 1, { what: 'the news' });
    await harness.nats.restart('SIGKILL');
    await waitFor(() => heard.mock.calls.length === 2, { what: 'the second news' });
    expect(gone).not.toHaveBeenCalled();
  });

  it('says that the outcome is unknown when it went away before the ack', async () => {
    await harness.kill();
    const options = { subject, correlationId: newId() };
    await expect(bus.publish(thingHappened, { n: 1 }, options)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      outcome: 'unknown',
    });
    await expect(bus.ping()).rejects.toMatchObject({ code: 'unavailable' });
    expect(bus.isConnected()).toBe(false);
    await harness.nats.restart();
    await untilConnected(bus);
  });

  it('lets a service end while it is away', async () => {
    const ending = await harness.bus('ending');
    await ending.consume(workConsumer(), () => Promise.resolve(), { concurrency: 1 });
    await ending.readOrdered({ stream: 'JOBS', onMessage: () => undefined });
    ending.respond(double, async ({ n }) => ({ result: n }));
    await harness.kill();
    await waitFor(() => !ending.isConnected(), { what: 'the bus to notice' });
    await ending.drain();
    await harness.nats.restart();
    await untilConnected(bus);
  });

  it('drops progress while it is away instead of sending it late', async () => {
    const seen: number[] = [];
    bus.subscribe(thingHappened, 'progress.>', ({ n }) => void seen.push(n));
    const send = (n: number): void =>
      bus.emit(thingHappened, { n }, { subject: 'progress.u', correlationId: 'c' });
    send(1);
    await waitFor(() => seen.length === 1, { what: 'progress' });
    await harness.kill();
    await waitFor(() => !bus.isConnected(), { what: 'the bus to notice' });
    send(2);
    await harness.nats.restart();
    await untilConnected(bus);
    await bus.ping();
    send(3);
    await waitFor(() => seen.includes(3), { what: 'later progress' });
    expect(seen).toEqual([1, 3]);
  });
});

describe('a consumer that dies', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  /** Pulls a message by hand, without the heartbeat that a living consumer sends. */
  const takeAndDie = async (bus: Bus): Promise<void> => {
    const { nc } = connectionOf(bus);
    const inbox = nc.subscribe(createInbox(), { max: 1 });
    const pull = '$JS.API.CONSUMER.MSG.NEXT.WORK.worker';
    nc.publish(pull, JSON.stringify({ batch: 1 }), { reply: inbox.getSubject() });
    for await (const _message of inbox) break;
  };

  it('on the last delivery has its message rescued by the advisory', async () => {
    const spec = workConsumer({ ackWaitMs: 500, maxDeliver: 1 });
    const bus = await harness.busWith(spec);
    await publishNumbers(bus, subject, [5]);
    await takeAndDie(bus);
    const handler = jest.fn(() => Promise.resolve());
    await bus.consume(spec, handler, { concurrency: 1 });
    await waitFor(async () => (await listDead(bus, { limit: 1 })).length === 1, { what: 'the dead letter' });
    expect(await listDead(bus, { limit: 9 })).toMatchObject([{ kind: 'rescued', subject, deliveries: 1 }]);
    await waitFor(async () => (await bus.streamState('WORK')).messages === 0, { what: 'an empty queue' });
    expect(handler).not.toHaveBeenCalled();
  });

  it.each(['the advisory', 'the sweep'])(
    'has a message forgotten by %s where another one comes by itself',
    async (by) => {
      const spec = workConsumer({ ackWaitMs: 400, maxDeliver: 1, isExpendable: true });
      const bus = await harness.busWith(spec);
      if (by === 'the sweep') await connectionOf(bus).jsm.streams.delete('ADVISORIES');
      await publishNumbers(bus, subject, [5]);
      await takeAndDie(bus);
      const handler = jest.fn(() => Promise.resolve());
      await bus.consume(spec, handler, {
        concurrency: 1,
        ...(by === 'the sweep' ? { rescueSweepMs: 100 } : {}),
      });
      await waitFor(async () => (await bus.streamState('WORK')).messages === 0, { what: 'an empty queue' });
      expect(await listDead(bus, { limit: 9 })).toEqual([]);
      expect(handler).not.toHaveBeenCalled();
    },
  );

  it('has its message queued again by the sweep when the advisory was lost', async () => {
    const spec = workConsumer({ ackWaitMs: 400, maxDeliver: 1 });
    const bus = await harness.busWith(spec);
    await connectionOf(bus).jsm.streams.delete('ADVISORIES');
    const { id } = await published(bus);
    await takeAndDie(bus);
    const ids: unknown[] = [];
    const handler = async ({ envelope }: ConsumedMessage): Promise<void> => void ids.push(envelope['id']);
    await bus.consume(spec, handler, { concurrency: 1, rescueSweepMs: 100 });
    await waitFor(() => ids.length === 1, { what: 'the message' });
    expect(ids).toEqual([id]);
    await waitFor(async () => (await bus.streamState('WORK')).messages === 0, { what: 'an empty queue' });
    expect(await listDead(bus, { limit: 9 })).toEqual([]);
  });

  it('has its message buried by the sweep when queueing it again did not help', async () => {
    const spec = workConsumer({ ackWaitMs: 400, maxDeliver: 1 });
    const bus = await harness.busWith(spec);
    await connectionOf(bus).jsm.streams.delete('ADVISORIES');
    await published(bus, { 'Shotloom-Requeued': '3' });
    await takeAndDie(bus);
    await bus.consume(spec, () => Promise.resolve(), { concurrency: 1, rescueSweepMs: 100 });
    await waitFor(async () => (await listDead(bus, { limit: 1 })).length === 1, { what: 'the dead letter' });
    await waitFor(async () => (await bus.streamState('WORK')).messages === 0, { what: 'an empty queue' });
  });

  const published = async (bus: Bus, headers: Record<string, string> = {}): Promise<{ id: string }> => {
    const id = newId();
    await bus.publish(thingHappened, { n: 5 }, { subject, correlationId: 'c', id, headers });
    return { id };
  };

  it('before the last delivery gives its message to another replica', async () => {
    const spec = workConsumer({ ackWaitMs: 700 });
    const bus = await harness.busWith(spec);
    const dying = await harness.bus('dying');
    let comeBack = (): void => undefined;
    const gone = new Promise<void>((resolve) => (comeBack = resolve));
    const taken = jest.fn(() => gone);
    await dying.consume(spec, taken, { concurrency: 1 });
    await publishNumbers(bus, subject, [5]);
    await waitFor(() => taken.mock.calls.length === 1, { what: 'the handler that hangs' });
    await connectionOf(dying).nc.close();
    const counts: number[] = [];
    await bus.consume(spec, async (_m, { deliveryCount }) => void counts.push(deliveryCount), {
      concurrency: 1,
    });
    await waitFor(() => counts.length === 1, { what: 'the other replica' });
    expect(counts).toEqual([2]);
    comeBack();
  });
});

it('a client that is refused while passwords are changed goes on once it is let in again', async () => {
  const login = { user: 'worker', password: 'first' };
  const first = await startNats({ login });
  const { port } = first;
  const refused: unknown[] = [];
  const logger = silentLogger();
  logger.error = (facts: unknown) => void refused.push(facts);
  const bus = await connectBus({ url: first.url, name: 'worker', logger, ...login });
  const { nc } = connectionOf(bus);
  await first.stop();
  const second = await startNats({ port, login: { ...login, password: 'second' } });
  await waitFor(() => refused.length >= 4, { what: 'some refusals' });
  expect(nc.isClosed()).toBe(false);
  await second.stop();
  const third = await startNats({ port, login });
  try {
    await untilConnected(bus);
    await nc.flush();
  } finally {
    await bus.drain();
    await third.stop();
  }
});
