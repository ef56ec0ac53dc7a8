import { setImmediate as nextTurn } from 'node:timers/promises';
import { newId } from '@shotloom/kernel';
import type { Bus } from '@shotloom/bus';
import { waitFor } from '@shotloom/testing';
import { connectionOf } from '../src/connection';
import { Harness, numberOf, range, thingHappened, workConsumer } from './harness';

const subject = 'work.a.submit';

let harness: Harness;
let bus: Bus;
beforeAll(async () => {
  harness = await Harness.start();
  bus = await harness.busWith(workConsumer());
});
afterAll(() => harness.stop());

/** The client's own socket: what it is given is what goes over the wire. */
function countWrites(): { readonly count: () => number; readonly stop: () => void } {
  const { protocol } = connectionOf(bus).nc as unknown as {
    protocol: { transport: { send: (frame: Uint8Array) => void } };
  };
  const { transport } = protocol;
  const send = transport.send.bind(transport);
  let writes = 0;
  transport.send = (frame) => {
    writes += 1;
    send(frame);
  };
  return { count: () => writes, stop: () => (transport.send = send) };
}

it('writes what is sent at about the same time together, in order, and loses none of it', async () => {
  const seen: number[] = [];
  const subscription = bus.subscribe(thingHappened, 'things', (payload) => void seen.push(numberOf(payload)));
  await bus.ping();
  const writes = countWrites();
  for (const n of range(200)) {
    bus.emit(thingHappened, { n }, { subject: 'things', correlationId: newId() });
    // Another turn of the loop each, as when each comes from a message of its own.
    await nextTurn();
  }
  await waitFor(() => seen.length === 200, { what: 'all of it' });
  writes.stop();
  subscription.unsubscribe();
  expect(seen).toEqual(range(200));
  expect(writes.count()).toBeGreaterThan(0);
  expect(writes.count()).toBeLessThan(100);
});

it('makes nothing wait after a quiet time but for the work in hand', async () => {
  const writes = countWrites();
  for (const n of range(3)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const before = writes.count();
    const published = bus.publish(thingHappened, { n }, { subject, correlationId: newId() });
    // One turn for what is in hand, and the next for the write.
    await nextTurn();
    await nextTurn();
    expect(writes.count()).toBe(before + 1);
    await published;
  }
  writes.stop();
});

it('writes at once what has grown large', async () => {
  const writes = countWrites();
  const large = 'x'.repeat(100_000);
  const all = range(5).map((n) =>
    bus.publish(thingHappened, { n, large }, { subject, correlationId: newId() }),
  );
  await Promise.all(all);
  writes.stop();
  expect(writes.count()).toBeGreaterThan(1);
});
