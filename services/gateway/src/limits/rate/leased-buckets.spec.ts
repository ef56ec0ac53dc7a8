import * as fc from 'fast-check';
import type { Logger } from '@shotloom/service-kit';
import { silentLogger } from '@shotloom/testing';
import type { Lease, LeaseRequest, Rate } from './lease-tokens';
import { LeasedBuckets } from './leased-buckets';

/** The arithmetic of `leaseTokens`, which its own test holds against Postgres. */
class SharedBuckets {
  statements = 0;
  private readonly rows = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly now: () => number) {}

  readonly lease = (requests: readonly LeaseRequest[]): Promise<ReadonlyMap<string, Lease>> => {
    this.statements += 1;
    return Promise.resolve(new Map(requests.map((request) => [request.key, this.one(request)])));
  };

  private one({ key, rate, used, wanted }: LeaseRequest): Lease {
    const at = this.now();
    const row = this.rows.get(key) ?? { tokens: rate.burst, at };
    const filled = Math.min(rate.burst, row.tokens + ((at - row.at) / 1_000) * rate.perSecond);
    const left = Math.max(-rate.burst, filled - used);
    const granted = Math.max(0, Math.min(wanted, Math.floor(left)));
    this.rows.set(key, { tokens: left - granted, at });
    return { granted, left: left - granted };
  }
}

const logger: Logger = silentLogger();

function one(clock: { now: number }, lease: SharedBuckets['lease'], capacity?: number): LeasedBuckets {
  const [gateway] = replicas(1, clock, lease, capacity);
  if (!gateway) throw new Error('there is none');
  return gateway;
}

function replicas(count: number, clock: { now: number }, lease: SharedBuckets['lease'], capacity?: number) {
  return Array.from(
    { length: count },
    () =>
      new LeasedBuckets({
        lease,
        now: () => clock.now,
        replicas: count,
        logger,
        ...(capacity ? { capacity } : {}),
      }),
  );
}

const graceOf = ({ perSecond }: Rate): number => Math.max(2, Math.ceil(perSecond * 0.1));

it('lets all replicas together through no more than the burst, the rate and a little each, in any course of events', async () => {
  const step = fc.record({ replica: fc.nat(2), requests: fc.nat(40), ms: fc.nat(400) });
  const rates = fc.record({
    perSecond: fc.integer({ min: 1, max: 80 }),
    burst: fc.integer({ min: 1, max: 160 }),
  });
  await fc.assert(
    fc.asyncProperty(rates, fc.array(step, { minLength: 1, maxLength: 60 }), async (rate, steps) => {
      const clock = { now: 0 };
      const shared = new SharedBuckets(() => clock.now);
      const gateways = replicas(3, clock, shared.lease);
      let allowed = 0;
      for (const { replica, requests, ms } of steps) {
        const gateway = gateways[replica] ?? one(clock, shared.lease);
        const takes = Array.from({ length: requests }, () => gateway.take('k', rate));
        for (const verdict of await Promise.all(takes)) if (verdict.allowed) allowed += 1;
        const bound = rate.burst + (rate.perSecond * clock.now) / 1_000 + 3 * graceOf(rate);
        expect(allowed).toBeLessThanOrEqual(Math.floor(bound));
        clock.now += ms;
      }
    }),
    { numRuns: 150 },
  );
});

it('refuses nobody who stays under the rate', async () => {
  const clock = { now: 0 };
  const shared = new SharedBuckets(() => clock.now);
  const gateway = one(clock, shared.lease);
  const rate = { perSecond: 20, burst: 40 };
  for (let request = 0; request < 400; request += 1) {
    expect(await gateway.take('k', rate)).toMatchObject({ allowed: true });
    clock.now += 60;
  }
  expect(shared.statements).toBeLessThan(200);
});

it('gives a whole burst at once, by one statement', async () => {
  const clock = { now: 0 };
  const shared = new SharedBuckets(() => clock.now);
  const gateway = one(clock, shared.lease);
  const rate = { perSecond: 50, burst: 100 };
  const verdicts = await Promise.all(Array.from({ length: 300 }, () => gateway.take('k', rate)));
  const allowed = verdicts.filter((verdict) => verdict.allowed).length;
  expect(allowed).toBeGreaterThanOrEqual(100);
  expect(allowed).toBeLessThanOrEqual(105);
  expect(shared.statements).toBeLessThanOrEqual(2);
  const refused = verdicts.find((verdict) => !verdict.allowed);
  expect(refused).toMatchObject({ remaining: 0, resetSeconds: 2 });
  expect(refused?.retryAfterMs).toBeGreaterThan(0);
});

it('asks nothing for strangers who come once, and forgets the oldest of a flood of them', async () => {
  const clock = { now: 0 };
  const shared = new SharedBuckets(() => clock.now);
  const gateway = one(clock, shared.lease, 1_000);
  const rate = { perSecond: 50, burst: 200 };
  for (let stranger = 0; stranger < 5_000; stranger += 1) {
    expect(await gateway.take(`address:${stranger}`, rate)).toMatchObject({ allowed: true });
  }
  expect(gateway.size).toBe(1_000);
  expect(shared.statements).toBe(0);
});

it('knocks at an empty bucket ten times a second and not with every request', async () => {
  const clock = { now: 0 };
  const shared = new SharedBuckets(() => clock.now);
  const gateway = one(clock, shared.lease);
  const rate = { perSecond: 50, burst: 50 };
  await Promise.all(Array.from({ length: 100 }, () => gateway.take('k', rate)));
  const before = shared.statements;
  for (let request = 0; request < 2_000; request += 1) {
    await gateway.take('k', rate);
    clock.now += 1;
  }
  expect(shared.statements - before).toBeLessThanOrEqual(45);
});

it('limits by itself while nobody answers, to its share, and tells what it let through afterwards', async () => {
  const clock = { now: 0 };
  const shared = new SharedBuckets(() => clock.now);
  let up = false;
  const lease: SharedBuckets['lease'] = (requests) =>
    up ? shared.lease(requests) : Promise.reject(new Error('away'));
  const [gateway = one(clock, lease)] = replicas(2, clock, lease);
  const rate = { perSecond: 10, burst: 20 };
  let allowed = 0;
  for (let request = 0; request < 1_000; request += 1) {
    if ((await gateway.take('k', rate)).allowed) allowed += 1;
    clock.now += 10;
  }
  // Ten seconds at half the rate, half the burst, and the first few.
  expect(allowed).toBeLessThanOrEqual(50 + 10 + 2);
  expect(allowed).toBeGreaterThanOrEqual(50);
  up = true;
  clock.now += 1_100;
  expect(await gateway.take('k', rate)).toMatchObject({ allowed: false });
});

it('gives the tokens of a late answer first to those whom it has let through meanwhile', async () => {
  const clock = { now: 0 };
  const shared = new SharedBuckets(() => clock.now);
  const answer = Promise.withResolvers<void>();
  const lease: SharedBuckets['lease'] = async (requests) => {
    await answer.promise;
    return shared.lease(requests);
  };
  const [gateway = one(clock, lease)] = replicas(2, clock, lease);
  const rate = { perSecond: 10, burst: 20 };
  const flood = async (): Promise<number> => {
    const verdicts = await Promise.all(Array.from({ length: 60 }, () => gateway.take('k', rate)));
    return verdicts.filter(({ allowed }) => allowed).length;
  };
  // The first few, and half of the burst.
  const byItself = await flood();
  expect(byItself).toBe(2 + 10);
  answer.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(byItself + (await flood())).toBeLessThanOrEqual(rate.burst + graceOf(rate));
});
