import { waitFor } from '@shotloom/testing';
import { connectionOf } from '../src/connection';
import type { Bus, OrderedMessage } from '@shotloom/bus';
import { Harness, numberOf, publishNumbers, range } from './harness';

describe('reading in order', () => {
  let harness: Harness;
  let bus: Bus;
  beforeEach(async () => {
    harness = await Harness.start();
    bus = await harness.busWith();
    await publishNumbers(bus, 'jobs.u1', range(20));
  });
  afterEach(() => harness.stop());

  const read = async (options: { filter?: string; startSeq?: number } = {}): Promise<OrderedMessage[]> => {
    const messages: OrderedMessage[] = [];
    await bus.readOrdered({
      stream: 'JOBS',
      ...options,
      onMessage: (message) => void messages.push(message),
    });
    return messages;
  };
  const numbers = (messages: OrderedMessage[]): number[] =>
    messages.map(({ envelope }) => numberOf(envelope.payload));

  it('starts now unless told otherwise', async () => {
    const messages = await read();
    await publishNumbers(bus, 'jobs.u1', [20]);
    await waitFor(() => messages.length > 0, { what: 'a message' });
    expect(numbers(messages)).toEqual([20]);
    expect(messages[0]).toMatchObject({ subject: 'jobs.u1', seq: 21 });
    expect(messages[0]?.headers['Nats-Msg-Id']).toBe(messages[0]?.envelope['id']);
    expect(Math.abs(Date.now() - (messages[0]?.at.getTime() ?? 0))).toBeLessThan(10_000);
  });

  it('starts at a sequence, and reads only what the filter lets through', async () => {
    await publishNumbers(bus, 'jobs.u2', [100, 101]);
    const [from, filtered] = [await read({ startSeq: 11 }), await read({ startSeq: 1, filter: 'jobs.u2' })];
    await waitFor(() => from.length === 12 && filtered.length === 2, { what: 'all messages' });
    expect(numbers(from)).toEqual([...range(10, 10), 100, 101]);
    expect(numbers(filtered)).toEqual([100, 101]);
  });

  it('reads far more than its buffer, in order, by one slow handler at a time', async () => {
    await Promise.all(range(20).map((chunk) => publishNumbers(bus, 'jobs.u3', range(50, chunk * 50))));
    const seqs: number[] = [];
    let running = 0;
    const onMessage = async ({ seq }: OrderedMessage): Promise<void> => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      seqs.push(seq);
    };
    await bus.readOrdered({ stream: 'JOBS', startSeq: 1, onMessage });
    await waitFor(() => seqs.length === 1_020, { what: 'all messages' });
    expect(seqs).toEqual(range(1_020, 1));
  });

  it('goes on after a handler that throws, and reads nothing once stopped', async () => {
    const seen: number[] = [];
    const reader = await bus.readOrdered({
      stream: 'JOBS',
      startSeq: 1,
      onMessage: ({ seq }) => {
        seen.push(seq);
        if (seq === 3) throw new Error('once');
      },
    });
    await waitFor(() => seen.length === 20, { what: 'all messages' });
    await reader.stop();
    await publishNumbers(bus, 'jobs.u1', [1]);
    await bus.ping();
    expect(seen).toEqual(range(20, 1));
  });

  it('reads a stream that was made anew from its start', async () => {
    const messages = await read();
    await connectionOf(bus).jsm.streams.delete('JOBS');
    await harness.busWith();
    await publishNumbers(bus, 'jobs.u1', [7, 8]);
    await waitFor(() => messages.length === 2, { what: 'the new messages', timeoutMs: 15_000 });
    expect(numbers(messages)).toEqual([7, 8]);
  });
});
