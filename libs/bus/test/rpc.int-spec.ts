import { AppError } from '@shotloom/kernel';
import type { Bus, RpcContext } from '@shotloom/bus';
import { waitFor } from '@shotloom/testing';
import { connectionOf } from '../src/connection';
import { double, Harness, range } from './harness';

describe('request and reply', () => {
  let harness: Harness;
  let asking: Bus;
  let answering: Bus;
  beforeEach(async () => {
    harness = await Harness.start();
    asking = await harness.bus('asking');
    answering = await harness.bus('answering');
  });
  afterEach(() => harness.stop());

  const ready = (): Promise<void> => answering.ping();

  it('answers, and hands the correlation id on', async () => {
    let context: RpcContext | undefined;
    answering.respond(double, async ({ n }, given) => {
      context = given;
      return { result: n * 2 };
    });
    await ready();
    expect(await asking.request(double, { n: 21 }, { correlationId: 'job-1' })).toEqual({ result: 42 });
    expect(context?.correlationId).toBe('job-1');
    expect(context?.deadline.getTime()).toBeGreaterThan(Date.now() - 1_000);
  });

  it.each([
    ['behind', -3_600_000],
    ['ahead', 3_600_000],
  ])('is answered in time when the clock of the caller is an hour %s', async (_name, skewMs) => {
    let context: RpcContext | undefined;
    answering.respond(double, async ({ n }, given) => {
      context = given;
      return { result: n };
    });
    await ready();
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + skewMs);
    const request = asking.request(double, { n: 1 }, { timeoutMs: 900 });
    clock.mockRestore();
    expect(await request).toEqual({ result: 1 });
    expect(context?.deadline.getTime()).toBeGreaterThanOrEqual(now + 900);
    expect(context?.deadline.getTime()).toBeLessThan(now + 2_000);
  });

  it('goes to the other replicas once one stops, which still finishes what it took', async () => {
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const taken = jest.fn(() => gate);
    const responder = answering.respond(double, async () => {
      await taken();
      return { result: 1 };
    });
    await ready();
    const first = asking.request(double, { n: 1 });
    await waitFor(() => taken.mock.calls.length === 1, { what: 'the request' });
    const replica = await harness.bus('answering');
    replica.respond(double, async () => ({ result: 2 }));
    await replica.ping();
    let stopped = false;
    const stopping = responder.stop().then(() => (stopped = true));
    await ready();
    const later = await Promise.all(range(20).map((n) => asking.request(double, { n })));
    expect(later.map(({ result }) => result)).toEqual(range(20).map(() => 2));
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(await first).toEqual({ result: 1 });
  });

  it('is refused when nobody is there', async () => {
    await expect(asking.request(double, { n: 1 })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      outcome: 'refused',
    });
  });

  it('has an unknown outcome when no answer comes, and the responder hears of it', async () => {
    const signals: AbortSignal[] = [];
    answering.respond(double, (_request, { signal }) => {
      signals.push(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))));
    });
    await ready();
    const request = asking.request(double, { n: 1 }, { timeoutMs: 150 });
    await expect(request).rejects.toMatchObject({ code: 'unavailable', retryable: true, outcome: 'unknown' });
    await waitFor(() => signals[0]?.aborted, { what: 'the signal' });
  });

  it('throws the error of the responder with all that it says', async () => {
    const thrown = new AppError('insufficient_credits', 'You have 3 credits and need 5.', {
      details: { missing: 2 },
    });
    answering.respond(double, () => Promise.reject(thrown));
    await ready();
    const error: unknown = await asking.request(double, { n: 1 }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).toRecord()).toEqual(thrown.toRecord());
  });

  it('checks the request on both sides, and the response', async () => {
    answering.respond(double, async () => ({ result: 'many' }) as never);
    await ready();
    const wrong = asking.request(double, { n: 'one' } as never);
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'n' }] });
    const raw = await connectionOf(asking).nc.request(double.subject, '{"n":"one"}', { timeout: 1_000 });
    expect(raw.json()).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', fields: [{ field: 'n' }] },
    });
    await expect(asking.request(double, { n: 1 })).rejects.toMatchObject({ code: 'internal' });
  });

  it('says so when an answer is larger than the server takes', async () => {
    answering.respond(double, async () => ({ result: 1, text: 'x'.repeat(1_100_000) }));
    await ready();
    const error = { code: 'payload_too_large', outcome: 'accepted' };
    await expect(asking.request(double, { n: 1 })).rejects.toMatchObject(error);
    const big = { n: 1, text: 'x'.repeat(1_100_000) };
    await expect(asking.request(double, big)).rejects.toMatchObject({
      code: 'payload_too_large',
      outcome: 'refused',
    });
  });

  it('answers many at the same time, up to its bound', async () => {
    let running = 0;
    let most = 0;
    answering.respond(
      double,
      async ({ n }) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        return { result: n * 2 };
      },
      { concurrency: 10 },
    );
    await ready();
    const answers = await Promise.all(range(100).map((n) => asking.request(double, { n })));
    expect(answers.map(({ result }) => result)).toEqual(range(100).map((n) => n * 2));
    expect(most).toBe(10);
  });

  it('does not work for callers who have gone', async () => {
    const worked: number[] = [];
    answering.respond(
      double,
      async ({ n }) => {
        worked.push(n);
        await new Promise((resolve) => setTimeout(resolve, 200));
        return { result: n };
      },
      { concurrency: 1 },
    );
    await ready();
    const requests = range(5).map((n) => asking.request(double, { n }, { timeoutMs: 100 }));
    await Promise.allSettled(requests);
    await asking.request(double, { n: 99 });
    expect(worked).toEqual([0, 99]);
  });

  it('is shared by the replicas of a service, each request once', async () => {
    const replica = await harness.bus('answering');
    const counts = [0, 0];
    [answering, replica].forEach((bus, index) =>
      bus.respond(double, async ({ n }) => {
        counts[index] = (counts[index] ?? 0) + 1;
        return { result: n };
      }),
    );
    await Promise.all([ready(), replica.ping()]);
    await Promise.all(range(100).map((n) => asking.request(double, { n })));
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(100);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it('finishes running requests when it drains', async () => {
    answering.respond(double, async ({ n }) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { result: n };
    });
    await ready();
    const request = asking.request(double, { n: 3 });
    await asking.ping();
    await Promise.all([answering.drain(), expect(request).resolves.toEqual({ result: 3 })]);
  });
});
