import { waitFor } from '@shotloom/testing';
import { connectionOf } from '../src/connection';
import type { Delivery } from '../src/delivery';
import { PullLoop } from '../src/pull-loop';
import { Harness, publishNumbers, range, workConsumer } from './harness';

jest.setTimeout(20_000);

describe('the pull loop', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  it('asks for the free slots again after every window, with one request, and gets messages at once', async () => {
    const bus = await harness.busWith(workConsumer());
    const connection = connectionOf(bus);
    const publish = jest.spyOn(connection.nc, 'publish');
    const pulls = (): { batch: number }[] =>
      publish.mock.calls
        .filter(([subject]) => subject.includes('MSG.NEXT'))
        .map(([, body]) => JSON.parse(String(body)) as { batch: number });
    const deliveries: Delivery[] = [];
    const loop = new PullLoop(connection, {
      stream: 'WORK',
      consumer: () => 'worker',
      capacity: () => 5 - deliveries.length,
      onDelivery: (delivery) => deliveries.push(delivery),
      windowMs: 1_100,
    });
    loop.start();
    await waitFor(() => pulls().length >= 4, { what: 'some windows' });
    expect(pulls().map(({ batch }) => batch)).toEqual([5, 5, 5, 5]);
    await publishNumbers(bus, 'work.a.submit', range(8));
    await waitFor(() => deliveries.length === 5, { what: 'five messages', timeoutMs: 500 });
    // a freed slot is asked for alone
    deliveries.splice(0, 1).forEach((delivery) => delivery.ack());
    loop.wake();
    await waitFor(() => deliveries.length === 5, { what: 'a sixth message', timeoutMs: 500 });
    expect(pulls().at(-1)).toMatchObject({ batch: 1 });
    await loop.stop();
  });

  it('waits for a consumer that is made later, and survives one that is made again', async () => {
    const bus = await harness.busWith();
    const deliveries: Delivery[] = [];
    const loop = new PullLoop(connectionOf(bus), {
      stream: 'WORK',
      consumer: () => 'worker',
      capacity: () => 5 - deliveries.length,
      onDelivery: (delivery) => deliveries.push(delivery),
      windowMs: 1_100,
    });
    loop.start();
    await publishNumbers(bus, 'work.a.submit', [1]);
    await harness.busWith(workConsumer());
    await waitFor(() => deliveries.length === 1, { what: 'a message' });
    deliveries.splice(0, 1).forEach((delivery) => delivery.ack());
    loop.wake();
    await bus.ping();
    await connectionOf(bus).jsm.consumers.delete('WORK', 'worker');
    await harness.busWith(workConsumer());
    await publishNumbers(bus, 'work.a.submit', [2]);
    await waitFor(() => deliveries.length === 1, { what: 'another message' });
    await loop.stop();
  });
});
