import { STREAMS } from '@shotloom/contracts';
import {
  applyTopology,
  listDead,
  presentStreams,
  purgeDead,
  remakeStreams,
  replayDead,
  verifyTopology,
  type Bus,
} from '@shotloom/bus';
import { waitFor } from '@shotloom/testing';
import { eventStream, Harness, numberOf, publishNumbers, range, workConsumer, workStream } from './harness';

describe('the topology', () => {
  let harness: Harness;
  let bus: Bus;
  beforeEach(async () => {
    harness = await Harness.start();
    bus = await harness.bus();
  });
  afterEach(() => harness.stop());

  const topology = { streams: [workStream, STREAMS.dead], consumers: [workConsumer()] };

  it('creates what is missing, once, and says so', async () => {
    expect(await verifyTopology(bus, topology)).toContain(
      'Stream WORK does not exist: run the topology job.',
    );
    const made = await applyTopology(bus, topology);
    expect(made.map(({ name, action }) => `${action} ${name}`)).toEqual([
      'created WORK',
      'created DEAD',
      'created ADVISORIES',
      'created WORK/worker',
      'created ADVISORIES/rescue-WORK-worker',
    ]);
    expect(await applyTopology(bus, topology)).toEqual([]);
    expect(await verifyTopology(bus, topology)).toEqual([]);
  });

  it('updates what differs and keeps the messages', async () => {
    await applyTopology(bus, topology);
    await publishNumbers(bus, 'work.a.submit', [1, 2]);
    const changed = {
      streams: [{ ...workStream, subjects: ['work.>', 'extra.>'], maxAgeMs: 60_000 }],
      consumers: [workConsumer({ ackWaitMs: 9_000, maxDeliver: 9 })],
    };
    expect(await verifyTopology(bus, changed)).toEqual([
      'Stream WORK differs in subjects, max_age, duplicate_window: run the topology job.',
      'Consumer WORK/worker differs in ack_wait, max_deliver: run the topology job.',
    ]);
    expect(await applyTopology(bus, changed)).toEqual([
      {
        kind: 'stream',
        name: 'WORK',
        action: 'updated',
        fields: ['subjects', 'max_age', 'duplicate_window'],
      },
      { kind: 'consumer', name: 'WORK/worker', action: 'updated', fields: ['ack_wait', 'max_deliver'] },
    ]);
    expect(await verifyTopology(bus, changed)).toEqual([]);
    expect((await bus.streamState('WORK')).messages).toBe(2);
  });

  it('is made anew with all that was in it gone, which is a new epoch', async () => {
    await applyTopology(bus, topology);
    await publishNumbers(bus, 'work.a.submit', [1, 2]);
    const before = await bus.streamState('WORK');
    expect(await presentStreams(bus, topology)).toMatchObject([
      { name: 'WORK', messages: 2, read: [] },
      { name: 'DEAD', messages: 0 },
      { name: 'ADVISORIES' },
    ]);
    expect(await remakeStreams(bus, topology)).toEqual(['WORK', 'DEAD', 'ADVISORIES']);
    const after = await bus.streamState('WORK');
    expect(after).toMatchObject({ messages: 0, lastSeq: 0 });
    expect(after.created.getTime()).toBeGreaterThan(before.created.getTime());
    expect(await verifyTopology(bus, topology)).toEqual([]);
  });

  it('shows who reads', async () => {
    await applyTopology(bus, topology);
    const consumption = await bus.consume(workConsumer(), async () => undefined, { concurrency: 1 });
    await waitFor(async () => (await presentStreams(bus, topology))[0]?.read.includes('worker') === true, {
      what: 'the reader to be seen',
    });
    await consumption.stop();
  });

  it('leaves alone what it was not told of, and says what NATS cannot change', async () => {
    await applyTopology(bus, { streams: [eventStream], consumers: [] });
    await applyTopology(bus, topology);
    expect((await bus.streamState('JOBS')).messages).toBe(0);
    const impossible = { streams: [{ ...workStream, retention: 'limits' as const }], consumers: [] };
    await expect(applyTopology(bus, impossible)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('dead letters', () => {
  let harness: Harness;
  let bus: Bus;
  beforeEach(async () => {
    harness = await Harness.start();
    bus = await harness.busWith(workConsumer({ maxDeliver: 1 }));
  });
  afterEach(() => harness.stop());

  const dead = async (count: number): Promise<void> => {
    const consumption = await bus.consume(
      workConsumer({ maxDeliver: 1 }),
      () => Promise.reject(new Error('no')),
      {
        concurrency: 10,
      },
    );
    await publishNumbers(bus, 'work.a.submit', range(count));
    await waitFor(async () => (await bus.streamState('DEAD')).messages === count, {
      what: 'the dead letters',
    });
    await consumption.stop();
  };

  it('are listed newest first, page by page, by stream', async () => {
    await dead(5);
    const first = await listDead(bus, { limit: 2 });
    expect(first.map(({ seq }) => seq)).toEqual([5, 4]);
    expect((await listDead(bus, { limit: 9, before: 4 })).map(({ seq }) => seq)).toEqual([3, 2, 1]);
    expect(await listDead(bus, { limit: 9, stream: 'WORK' })).toHaveLength(5);
    expect(await listDead(bus, { limit: 9, stream: 'MEDIA' })).toEqual([]);
  });

  it('are replayed under a new id, to where they came from, once', async () => {
    await dead(1);
    const [corpse] = await listDead(bus, { limit: 1 });
    const { id, duplicate } = await replayDead(bus, corpse?.seq ?? 0);
    expect(duplicate).toBe(false);
    const seen: unknown[] = [];
    await bus.consume(
      workConsumer({ maxDeliver: 1 }),
      async ({ envelope, payload }) => {
        seen.push([envelope['id'], envelope['causationId'], numberOf(payload)]);
      },
      { concurrency: 1 },
    );
    await waitFor(() => seen.length === 1, { what: 'the replayed message' });
    expect(seen).toEqual([[id, corpse?.envelope?.id, 0]]);
    expect(await listDead(bus, { limit: 9 })).toEqual([]);
    await expect(replayDead(bus, corpse?.seq ?? 0)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are purged one by one', async () => {
    await dead(2);
    await purgeDead(bus, 1);
    expect((await listDead(bus, { limit: 9 })).map(({ seq }) => seq)).toEqual([2]);
    await expect(purgeDead(bus, 1)).rejects.toMatchObject({ code: 'not_found' });
  });
});
