import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { sql } from 'kysely';
import { systemClock } from '@shotloom/kernel';
import { Catalogue } from '@shotloom/contracts';
import { createMetrics, HealthRegistry } from '@shotloom/service-kit';
import { silentLogger, waitFor } from '@shotloom/testing';
import type { Config } from '../src/config';
import { createGatewayApp } from '../src/gateway-app';
import { forgetFullBuckets, leaseTokens } from '../src/limits/rate/lease-tokens';
import { CONFIG } from '../src/platform/parts';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(60_000);

const PER_SECOND = 20;

let gateway: GatewayFixture;
let second: NestFastifyApplication;
let secondUrl: string;
beforeAll(async () => {
  gateway = await startGateway({ TRUSTED_PROXIES: '127.0.0.1', STRANGER_REQUESTS_PER_SECOND: '5' });
  const config = gateway.app.get<Config>(CONFIG, { strict: false });
  const { bus, database, store: objectStore } = gateway;
  // A process of its own has its own checks.
  const health = new HealthRegistry();
  const catalogue = new Catalogue(new Set(config.PROVIDERS_ENABLED));
  const parts = { config, logger: silentLogger(), metrics: createMetrics('gateway'), health, bus, database };
  second = await createGatewayApp({ ...parts, objectStore, catalogue, clock: systemClock });
  await second.listen(0, '127.0.0.1');
  secondUrl = await second.getUrl();
});
afterAll(async () => {
  await second.close();
  await gateway.close();
});

async function limitedUser(values: Record<string, unknown> = {}): Promise<TestUser> {
  const user = await gateway.addUser();
  const id = `p-${user.userId}`;
  await gateway.database.sql
    .insertInto('identity.plans')
    .values({ id, title: 'Test', concurrency: 4, requests_per_second: PER_SECOND, ...values })
    .execute();
  await gateway.database.sql
    .updateTable('identity.accounts')
    .set({ plan_id: id })
    .where('id', '=', user.accountId)
    .execute();
  return user;
}

const ask = (
  user: TestUser | null,
  url = gateway.url,
  headers: Record<string, string> = {},
): Promise<Answer> => call({ url }, user ? '/api/v1/models' : '/config.json', user, { headers });

/** All at once, or as fast as the answers come. */
async function flood(user: TestUser, urls: readonly string[], count: number): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => ask(user, urls[index % urls.length])));
}

it('keeps two gateways on one Postgres within the limit of a user together', async () => {
  const user = await limitedUser();
  // The first request of each looks the key and the plan up.
  await ask(user);
  await ask(user, secondUrl);
  const started = performance.now();
  let allowed = 2;
  while (performance.now() - started < 3_000) {
    const answers = await flood(user, [gateway.url, secondUrl], 40);
    allowed += answers.filter(({ status }) => status === 200).length;
    for (const { status } of answers) expect([200, 429]).toContain(status);
  }
  const seconds = (performance.now() - started) / 1_000;
  const keyRate = PER_SECOND * 0.8;
  // A key has four fifths of its user's rate; each gateway may let through a tenth of a second's worth before it asks.
  const most = keyRate * 2 + keyRate * seconds + 2 * Math.ceil(PER_SECOND * 0.1);
  expect(allowed).toBeLessThanOrEqual(Math.ceil(most) + 2);
  // How fast tokens come back depends on the machine; what was saved up is there in any case.
  expect(allowed).toBeGreaterThanOrEqual(keyRate * 2);
});

it('says how much is left, and when to come again', async () => {
  const user = await limitedUser();
  const first = await ask(user);
  expect(first.headers.get('ratelimit-policy')).toBe('"user";q=40;w=2, "key";q=32;w=2');
  expect(first.headers.get('ratelimit')).toMatch(/^"user";r=\d+;t=\d+, "key";r=\d+;t=\d+$/);
  const answers = await flood(user, [gateway.url], 120);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body).toMatchObject(problem(429, 'rate_limited'));
  expect(refused?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  expect(refused?.headers.get('ratelimit')).toContain('"key";r=0');
});

it("leaves a user's limit to others untouched", async () => {
  const [busy, quiet] = [await limitedUser(), await limitedUser()];
  expect((await flood(busy, [gateway.url], 150)).some(({ status }) => status === 429)).toBe(true);
  expect((await ask(quiet)).status).toBe(200);
});

it('limits nobody whose plan has no limit, and tells of none', async () => {
  const user = await limitedUser({ unlimited: true });
  const answers = await flood(user, [gateway.url], 120);
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 120 }, () => 200));
  expect(answers[0]?.headers.get('ratelimit')).toBeNull();
});

it('limits strangers by the address that a trusted proxy tells, and IPv6 by its /64', async () => {
  const from = (address: string) => ask(null, gateway.url, { 'x-forwarded-for': address });
  const started = performance.now();
  const crowd = await Promise.all(
    Array.from({ length: 60 }, (_, i) => from(`2001:db8:7:7::${i.toString(16)}`)),
  );
  const most = 20 + 3 + Math.ceil((5 * (performance.now() - started)) / 1_000);
  const counts = [200, 429].map((status) => crowd.filter((answer) => answer.status === status).length);
  expect(counts[0]).toBeLessThanOrEqual(most);
  expect(counts[1]).toBeGreaterThanOrEqual(60 - most);
  expect((await from('2001:db8:7:8::1')).status).toBe(200);
  expect((await from('198.51.100.4')).headers.get('ratelimit-policy')).toBe('"address";q=20;w=4');
});

it('does not believe strangers who say where they come from', async () => {
  const other = await startGateway({ STRANGER_REQUESTS_PER_SECOND: '5' });
  try {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => ask(null, other.url, { 'x-forwarded-for': `198.51.100.${i}` })),
    );
    expect(answers.some(({ status }) => status === 429)).toBe(true);
  } finally {
    await other.close();
  }
});

it('looks no more keys up for an address that tries many', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.77' };
  const guess = () =>
    call(gateway, '/api/v1/models', { apiKey: `sl_0123456789abcdef_${'A'.repeat(43)}` }, { headers });
  await waitFor(
    async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, guess));
      return answers.some(({ status }) => status === 429);
    },
    { what: 'guesses to be refused', timeoutMs: 20_000 },
  );
  const user = await limitedUser();
  expect((await ask(user, gateway.url, { 'x-forwarded-for': '203.0.113.78' })).status).toBe(200);
});

describe('leases', () => {
  const rate = { perSecond: 10, burst: 10 };
  it('never grants more than there is to replicas that ask at once, and pays back what was used', async () => {
    const ask = (used = 0) => leaseTokens(gateway.database.sql, [{ key: 'test:a', rate, used, wanted: 4 }]);
    const before = performance.now();
    const leases = await Promise.all(Array.from({ length: 8 }, () => ask()));
    const seconds = (performance.now() - before) / 1_000;
    const granted = leases.reduce((sum, lease) => sum + (lease.get('test:a')?.granted ?? 0), 0);
    expect(granted).toBeGreaterThanOrEqual(10);
    expect(granted).toBeLessThanOrEqual(Math.ceil(10 + 10 * seconds));
    const after = (await ask(50)).get('test:a');
    expect(after).toMatchObject({ granted: 0 });
    expect(after?.left).toBeGreaterThanOrEqual(-10);
  });

  it('are given for many keys by one statement, and full buckets are forgotten', async () => {
    const keys = Array.from({ length: 500 }, (_, index) => `test:many:${index}`);
    const leases = await leaseTokens(
      gateway.database.sql,
      keys.map((key) => ({ key, rate, used: 1, wanted: 2 })),
    );
    expect(leases.size).toBe(500);
    expect(leases.get('test:many:499')).toEqual({ granted: 2, left: 7 });
    await sql`UPDATE identity.rate_buckets SET refilled_at = now() - interval '1 hour' WHERE key LIKE 'test:%'`.execute(
      gateway.database.sql,
    );
    await forgetFullBuckets(gateway.database.sql);
    const { rows } = await sql`SELECT key FROM identity.rate_buckets WHERE key LIKE 'test:%'`.execute(
      gateway.database.sql,
    );
    expect(rows).toEqual([]);
  });
});
