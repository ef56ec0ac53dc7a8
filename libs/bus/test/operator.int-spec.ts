import { newId } from '@shotloom/kernel';
import { consumerStates, countDead, DeadLetter, readRange } from '@shotloom/bus';
import { waitFor } from '@shotloom/testing';
import { Harness, numberOf, publishNumbers, range, thingHappened, workConsumer } from './harness';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const READ = { stream: 'JOBS', limit: 1_000, timeoutMs: 10_000 };

it('reads one subject of a stream and ends, also where the last messages are of others', async () => {
  const bus = await harness.busWith(workConsumer());
  await publishNumbers(bus, 'jobs.a', range(300));
  await publishNumbers(bus, 'jobs.b', range(5));
  const seen: number[] = [];
  const onMessage = ({ envelope }: { envelope: { payload: unknown } }): void => {
    seen.push(numberOf(envelope.payload));
  };
  const result = await readRange(bus, { ...READ, subject: 'jobs.a', onMessage });
  expect(result).toMatchObject({ read: 300, complete: true });
  expect(seen).toEqual(range(300));
  expect(await readRange(bus, { ...READ, subject: 'jobs.nobody', onMessage })).toMatchObject({
    read: 0,
    complete: true,
  });
});

it('begins at a time, and says where a bound ended it', async () => {
  const bus = await harness.busWith(workConsumer());
  await publishNumbers(bus, 'jobs.a', range(40));
  const before = Date.now();
  // The server's clock is this machine's; the next message must have a later millisecond.
  await waitFor(() => Date.now() > before + 1, { what: 'another moment' });
  const from = new Date();
  await publishNumbers(bus, 'jobs.a', range(10, 40));
  const seen: number[] = [];
  const options = {
    ...READ,
    subject: 'jobs.a',
    onMessage: ({ envelope }: { envelope: { payload: unknown } }): void => {
      seen.push(numberOf(envelope.payload));
    },
  };
  expect(await readRange(bus, { ...options, from })).toMatchObject({ read: 10, complete: true });
  expect(seen).toEqual(range(10, 40));
  expect(await readRange(bus, { ...options, limit: 7 })).toMatchObject({ read: 7, complete: false });
  const later = new Date(Date.now() + 60_000);
  expect(await readRange(bus, { ...options, from: later })).toMatchObject({ read: 0, complete: true });
});

it('says how far consumers are and what they gave up', async () => {
  const bus = await harness.busWith(
    workConsumer(),
    workConsumer({ durable: 'idle', filter: 'work.b.submit' }),
  );
  const began = Date.now();
  await publishNumbers(bus, 'work.a.submit', range(3));
  const [idle, worker] = (await consumerStates(bus, ['WORK'])).toSorted((a, b) =>
    a.durable < b.durable ? -1 : 1,
  );
  expect(idle).toMatchObject({ durable: 'idle', pending: 0, unacked: 0, oldestAt: null });
  expect(worker).toMatchObject({ stream: 'WORK', durable: 'worker', pending: 3, unacked: 0, waiting: 0 });
  expect(Math.abs((worker?.oldestAt?.getTime() ?? 0) - began)).toBeLessThan(10_000);
  expect(await countDead(bus)).toEqual([]);
  await bus.consume(workConsumer(), () => Promise.reject(new DeadLetter('not today')), { concurrency: 3 });
  await waitFor(async () => (await countDead(bus))[0]?.count === 3, { what: 'three dead letters' });
  await bus.publish(thingHappened, { n: 1 }, { subject: 'work.b.submit', correlationId: newId() });
  expect(await countDead(bus)).toEqual([
    { stream: 'WORK', durable: 'worker', count: 3, oldestAt: expect.any(Date) as Date },
  ]);
});
