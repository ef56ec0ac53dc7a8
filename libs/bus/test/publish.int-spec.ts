import { AppError, newId } from '@shotloom/kernel';
import { thingHappened, Harness, workConsumer } from './harness';
import type { Bus } from '@shotloom/bus';

const subject = 'work.a.submit';

describe('publishing', () => {
  let harness: Harness;
  let bus: Bus;
  beforeAll(async () => {
    harness = await Harness.start();
    bus = await harness.busWith(workConsumer());
  });
  afterAll(() => harness.stop());

  it('stores the same message id once inside the duplicate window', async () => {
    const options = { subject, correlationId: 'c1', id: newId() };
    const first = await bus.publish(thingHappened, { n: 1 }, options);
    const second = await bus.publish(thingHappened, { n: 1 }, options);
    expect(first.duplicate).toBe(false);
    expect(second).toEqual({ seq: first.seq, duplicate: true });
    expect((await bus.streamState('WORK')).messages).toBe(1);
  });

  it('refuses a payload that does not fit the contract, and names the field', async () => {
    const wrong = { n: 'one' } as unknown as { n: number };
    await expect(bus.publish(thingHappened, wrong, { subject, correlationId: 'c' })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'n' }],
    });
  });

  it('says that nothing was stored when no stream takes the subject', async () => {
    const publishing = bus.publish(thingHappened, { n: 1 }, { subject: 'nobody.home', correlationId: 'c' });
    await expect(publishing).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      outcome: 'refused',
    });
  });

  it('refuses what is larger than the server takes before it sends it', async () => {
    const big = { n: 1, text: 'x'.repeat(1_100_000) };
    const error: unknown = await bus
      .publish(thingHappened, big, { subject, correlationId: 'c' })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'payload_too_large', retryable: false });
  });

  it('refuses an envelope that is none', async () => {
    const envelope = { id: '', type: 'nonsense', payload: {} };
    await expect(bus.publishEnvelope(subject, envelope as never)).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
