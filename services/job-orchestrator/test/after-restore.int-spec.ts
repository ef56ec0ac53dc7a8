import { sql } from 'kysely';
import { MODELS, type VideoRequest } from '@shotloom/contracts';
import { connectBus } from '@shotloom/bus';
import { createOutboxAndInbox, grantSchemaAccess, openDatabase } from '@shotloom/database';
import { newId, partId } from '@shotloom/kernel';
import { silentLogger, waitFor } from '@shotloom/testing';
import { runCli } from '../src/ops/cli/run-cli';
import { Harness, VIDEO, type User } from './harness';

jest.setTimeout(60_000);

const PROVIDERS = ['animatic', 'kling', 'hailuo'];
let harness: Harness;
let user: User;
beforeEach(async () => {
  // Nothing but the test moves anything; a second job of a user and provider has to wait.
  const overrides = { PROVIDERS_ENABLED: PROVIDERS, SWEEP_MS: 3_600_000, USER_PROVIDER_CONCURRENCY: 1 };
  harness = await Harness.start(overrides, []);
  for (const provider of ['kling', 'hailuo']) {
    const key = { id: newId(), version: 1, ownerUserId: null, enabled: true, concurrency: null };
    harness.credentials.set(provider, [key]);
  }
  user = await harness.user(1_000);
});
afterEach(() => harness.stop());

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function afterRestore(more: readonly string[] = [], databaseUrl = harness.databaseUrl): Promise<Ran> {
  const text = { out: '', error: '' };
  const env = {
    DATABASE_URL: databaseUrl,
    NATS_URL: harness.nats.url,
    PROVIDERS_ENABLED: PROVIDERS.join(','),
  };
  const code = await runCli(['after-restore', ...more], env, '/', {
    out: (line) => (text.out += `${line}\n`),
    error: (line) => (text.error += `${line}\n`),
  });
  return { code, ...text };
}

function requestOf(provider: string): VideoRequest {
  const model = MODELS.find((candidate) => candidate.provider === provider)?.id ?? '';
  return { ...VIDEO, provider, model };
}

/** A job whose attempt is offered to the vendor's workers, and one that has to wait for it. */
async function twoJobsAt(provider: string): Promise<{ offered: string; waiting: string }> {
  const request = requestOf(provider);
  const { jobId: offered } = await harness.accept(user, { request });
  await waitFor(async () => (await harness.attempts(offered)).length === 1, {
    what: `an attempt at ${provider}`,
  });
  const { jobId: waiting } = await harness.accept(user, { request });
  return { offered, waiting };
}

async function versionsOf(jobIds: readonly string[]): Promise<number[]> {
  const rows = await harness.database.sql
    .selectFrom('jobs.jobs')
    .select('version')
    .where('job_id', 'in', jobIds)
    .execute();
  return rows.map(({ version }) => version);
}

/** By a connection of its own, since the harness' bus rests. */
async function jobsStream() {
  const bus = await connectBus({ url: harness.nats.url, name: 'look', logger: silentLogger() });
  try {
    return await bus.streamState('JOBS');
  } finally {
    await bus.drain();
  }
}

it('doubts what may have been sent, stops vendors that cannot be asked, and begins the streams anew', async () => {
  const [kling, hailuo] = [await twoJobsAt('kling'), await twoJobsAt('hailuo')];
  const jobIds = [kling, hailuo].flatMap(({ offered, waiting }) => [offered, waiting]);
  expect(await afterRestore()).toMatchObject({
    code: 3,
    error: expect.stringContaining('job-orchestrator') as string,
  });
  await harness.rest();
  // The dump is of days ago.
  await sql`UPDATE jobs.outbox SET created_at = created_at - interval '3 days'`.execute(harness.database.sql);
  const before = await jobsStream();

  const dry = await afterRestore(['--dry-run', '--json']);
  const planned = { openJobs: 4, doubted: 2, lookedUp: 1, forPeople: 1, asked: 0 };
  const paused = [{ provider: 'hailuo', waiting: 1 }];
  expect(JSON.parse(dry.out)).toMatchObject({ ...planned, dryRun: true, paused, check: null });
  expect((await harness.attempts(kling.offered))[0]).toMatchObject({ status: 'submitting', fence: 0 });
  expect((await jobsStream()).created).toEqual(before.created);

  const done = await afterRestore(['--json']);
  expect(done).toMatchObject({ code: 0, error: '' });
  const report = JSON.parse(done.out) as {
    streams: string[];
    sentAgain: { schema: string; messages: number }[];
  };
  expect(report).toMatchObject({ ...planned, dryRun: false, paused, check: { ok: true } });
  expect(report.streams).toContain('JOBS');
  expect(report.sentAgain).toEqual([{ schema: 'jobs', messages: expect.any(Number) as number }]);
  expect(report.sentAgain[0]?.messages).toBeGreaterThan(0);
  for (const { offered } of [kling, hailuo]) {
    const [attempt] = await harness.attempts(offered);
    expect(attempt).toMatchObject({ status: 'uncertain', external_task_id: attempt?.attempt_id });
    expect(attempt?.fence).toBeGreaterThan(100);
  }
  expect(Math.min(...(await versionsOf(jobIds)))).toBeGreaterThan(1_000);
  const after = await jobsStream();
  expect(after.created.getTime()).toBeGreaterThan(before.created.getTime());
  expect(after.messages).toBe(0);

  const again = await afterRestore(['--json']);
  expect(JSON.parse(again.out)).toMatchObject({
    doubted: 0,
    lookedUp: 1,
    forPeople: 1,
    paused: [],
    check: { ok: true },
  });
});

it('gives waits that passed while everything was down their time again', async () => {
  const { offered } = await twoJobsAt('kling');
  await sql`UPDATE jobs.attempts SET status = 'submitted', submitted_at = now(), vendor_task_id = 'theirs',
    fence = 1, due_at = now() - interval '1 day', deadline_at = now() - interval '1 day',
    hard_limit_at = now() - interval '1 hour' WHERE job_id = ${offered}`.execute(harness.database.sql);
  await harness.rest();
  expect(await afterRestore()).toMatchObject({ code: 0 });
  const [attempt] = await harness.attempts(offered);
  expect(attempt).toMatchObject({ status: 'submitted', vendor_task_id: 'theirs' });
  for (const limit of [attempt?.deadline_at, attempt?.hard_limit_at]) {
    expect(limit?.getTime()).toBeGreaterThan(Date.now() + 60_000);
  }
  const timers = await harness.database.sql.selectFrom('jobs.timers').selectAll().execute();
  expect(timers).toMatchObject([{ attempt_id: attempt?.attempt_id, verb: 'poll' }]);
});

it('refuses a role that may not change everything, before it changed anything', async () => {
  const { offered } = await twoJobsAt('kling');
  await harness.rest();
  const role = `r${newId().replaceAll('-', '')}`;
  const owner = openDatabase<unknown>({
    url: harness.databaseUrl,
    applicationName: 'test',
    logger: silentLogger(),
  });
  const { sql: db } = owner;
  await sql`CREATE SCHEMA media`.execute(db);
  await createOutboxAndInbox(db, 'media');
  await sql`CREATE ROLE ${sql.id(role)} LOGIN PASSWORD 'secret'`.execute(db);
  await grantSchemaAccess(db, 'jobs', role);
  const url = new URL(harness.databaseUrl);
  [url.username, url.password] = [role, 'secret'];
  const refused = await afterRestore([], url.href);
  expect(refused).toMatchObject({ code: 3, error: expect.stringContaining('media') as string });
  expect((await harness.attempts(offered))[0]).toMatchObject({ status: 'submitting', fence: 0 });
  await sql`DROP OWNED BY ${sql.id(role)}`.execute(db);
  await sql`DROP ROLE ${sql.id(role)}`.execute(db);
  await owner.close();
});

it('makes a try that was forgotten under the id that it had', async () => {
  const { offered } = await twoJobsAt('kling');
  expect(await harness.attempts(offered)).toMatchObject([
    { number: 1, attempt_id: partId(offered, 'attempt 1') },
  ]);
});
