import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import {
  attemptCancelledV1,
  jobLogRpc,
  listDeadLettersRpc,
  listUncertainRpc,
  mediaStoredV1,
  opsAuditRpc,
  pauseProviderRpc,
  replayDeadLetterRpc,
  resolveUncertainRpc,
  subjects,
} from '@shotloom/contracts';
import { countDead } from '@shotloom/bus';
import { getBalance } from '@shotloom/ledger';
import { createMetrics } from '@shotloom/service-kit';
import { silentLogger, waitFor } from '@shotloom/testing';
import { runCli } from '../src/ops/cli/run-cli';
import { observeOperations } from '../src/ops/ops-metrics';
import { Harness, type User } from './harness';
import { cli, completed, published } from './ops-harness';

jest.setTimeout(60_000);

let harness: Harness;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  // No sweep comes in between: what is made to be stuck here stays stuck.
  harness = await Harness.start({ SWEEP_MS: 3_600_000 });
  env = { DATABASE_URL: harness.databaseUrl, NATS_URL: harness.nats.url };
  await createSettings();
  folder = await mkdtemp(join(tmpdir(), 'shotloom-ops-'));
});
afterAll(async () => {
  await harness.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = (query: ReturnType<typeof sql>): Promise<unknown> => query.execute(harness.database.sql);

/** What the scheduler keeps about providers. */
async function createSettings(): Promise<void> {
  await run(sql`CREATE TABLE IF NOT EXISTS jobs.provider_settings (provider text PRIMARY KEY, paused_at timestamptz,
    paused_reason text)`);
  await run(
    sql`CREATE TABLE IF NOT EXISTS jobs.provider_state (provider text PRIMARY KEY, waiting_reason text)`,
  );
  await run(sql`CREATE TABLE IF NOT EXISTS jobs.breakers (provider text, credential_id uuid, state text, reason text,
    retry_at timestamptz)`);
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** The command in this process; one test below runs it as a shell does. */
async function ops(...args: string[]): Promise<Ran> {
  const text = { out: '', error: '' };
  const code = await runCli(args, env, folder, {
    out: (line) => (text.out += `${line}\n`),
    error: (line) => (text.error += `${line}\n`),
  });
  return { code, ...text };
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, out, error } = await ops(...args, '--json');
  if (code > 1) throw new Error(`exit code ${code}: ${error}`);
  return JSON.parse(out) as T;
}

const logOf = async (user: User, jobId: string): Promise<string[]> => {
  const page = await harness.bus.request(jobLogRpc, { userId: user.userId, jobId, after: 0, limit: 500 });
  return (page.entries ?? []).map(({ text }) => text);
};

const deadOf = async (): Promise<number> =>
  (await countDead(harness.bus)).reduce((sum, { count }) => sum + count, 0);

async function untilDead(count: number): Promise<void> {
  await waitFor(async () => (await deadOf()) === count, { what: `${count} dead letters`, timeoutMs: 10_000 });
}

/** A report about an attempt that no row knows goes to the dead letters at once. */
async function orphan(jobId: string): Promise<void> {
  const options = { subject: subjects.attempts('animatic'), correlationId: jobId };
  await harness.bus.publish(attemptCancelledV1, { attemptId: newId(), fence: 1 }, options);
}

/** A job whose attempt was sent to its vendor, and the answer was lost. */
async function uncertain(user: User): Promise<{ jobId: string; attemptId: string }> {
  const { jobId } = await harness.accept(user);
  const { attemptId } = await harness.offered(jobId);
  await run(sql`UPDATE jobs.attempts SET status = 'sending', fence = 1, external_task_id = 'ours-1', started_at = now(),
    due_at = now() + interval '1 hour' WHERE attempt_id = ${attemptId}`);
  await run(sql`UPDATE jobs.attempts SET status = 'uncertain' WHERE attempt_id = ${attemptId}`);
  return { jobId, attemptId };
}

describe('dead letters', () => {
  afterEach(async () => {
    for (const { seq } of (await json<{ letters: { seq: number }[] }>('dead-letters', 'list')).letters)
      await ops('dead-letters', 'discard', String(seq));
  });

  it('are listed, shown and replayed, and the replay does what the message was for', async () => {
    const user = await harness.user(5);
    const { jobId, work, key } = await harness.storing(user);
    const hidden = newId();
    await run(sql`UPDATE jobs.attempts SET attempt_id = ${hidden} WHERE attempt_id = ${work.attemptId}`);
    const asset = harness.asset(user, work, key);
    const fetchedFrom = 'https://cdn.example/v.mp4?token=secret&x=1';
    await harness.bus.publish(
      mediaStoredV1,
      { jobId, attemptId: work.attemptId, asset, fetchedFrom },
      { subject: subjects.mediaResults, correlationId: jobId },
    );
    await untilDead(1);
    await run(sql`UPDATE jobs.attempts SET attempt_id = ${work.attemptId} WHERE attempt_id = ${hidden}`);

    const { letters } = await json<{ letters: { seq: number }[] }>('dead-letters', 'list');
    expect(letters).toMatchObject([
      {
        stream: 'RESULTS',
        type: 'media.stored.v1',
        jobId,
        reason: expect.stringContaining('no attempt') as string,
      },
    ]);
    const seq = String(letters[0]?.seq);
    const shown = await ops('dead-letters', 'show', seq);
    expect(shown.out).toContain('https://cdn.example/v.mp4?[hidden]');
    expect(shown.out).not.toContain('secret');
    expect((await ops('audit', jobId)).out).toContain('FAIL dead-letters');

    expect(await ops('dead-letters', 'replay', seq)).toMatchObject({ code: 0 });
    await harness.until(user, jobId, 'completed');
    expect(await logOf(user, jobId)).toContainEqual(expect.stringContaining('An operator replayed'));
    await published(harness, jobId);
    expect(await ops('audit', jobId)).toMatchObject({ code: 0 });
    expect(await ops('dead-letters', 'show', seq)).toMatchObject({ code: 3 });
  });

  it('are replayed all at once, of one stream where that is asked for', async () => {
    await orphan(newId());
    await orphan(newId());
    await untilDead(2);
    expect(await json('dead-letters', 'replay', '--all', '--stream', 'WORK')).toEqual([]);
    const done = await json<{ seq: number }[]>('dead-letters', 'replay', '--all', '--stream', 'ATTEMPTS');
    expect(done).toMatchObject([{ done: 'replayed' }, { done: 'replayed' }]);
    expect(done[0]?.seq).toBeLessThan(done[1]?.seq ?? 0);
    // Nobody made the rows that they lack, so they come back, under sequences of their own.
    await untilDead(2);
    const { letters } = await json<{ letters: { seq: number }[] }>('dead-letters', 'list', '--limit', '1');
    expect(letters[0]?.seq).toBeGreaterThan(done[1]?.seq ?? 0);
  });

  it('are discarded for good, and the log says so', async () => {
    const user = await harness.user(5);
    const { jobId } = await harness.accept(user);
    await orphan(jobId);
    await untilDead(1);
    const { letters } = await json<{ letters: { seq: number }[] }>('dead-letters', 'list');
    const discarded = await json('dead-letters', 'discard', String(letters[0]?.seq));
    expect(discarded).toMatchObject({ done: 'discarded', jobId, logged: true });
    expect(await deadOf()).toBe(0);
    expect(await logOf(user, jobId)).toContainEqual(expect.stringContaining('An operator discarded'));
  });

  it('of the outbox go to the bus after all', async () => {
    const user = await harness.user(5);
    const { jobId } = await harness.accept(user);
    await published(harness, jobId);
    await run(sql`UPDATE jobs.outbox SET dead_at = now(), dead_reason = 'refused', published_at = NULL
      WHERE envelope->>'correlationId' = ${jobId} AND subject LIKE 'jobs.%'`);
    const { outbox } = await json<{ outbox: { id: string }[] }>('dead-letters', 'list');
    expect(outbox).toMatchObject([{ jobId, type: 'job.changed.v1', reason: 'refused' }]);
    expect(await ops('audit', jobId)).toMatchObject({ code: 1 });
    expect(await ops('dead-letters', 'discard', outbox[0]?.id ?? '')).toMatchObject({ code: 2 });
    expect(await ops('dead-letters', 'replay', outbox[0]?.id ?? '')).toMatchObject({ code: 0 });
    await published(harness, jobId);
    expect(await ops('audit', jobId)).toMatchObject({ code: 0 });
    expect(await json('dead-letters', 'replay', '--all', '--outbox')).toEqual([]);
    expect(await logOf(user, jobId)).toContainEqual(expect.stringContaining('sent a message of it'));
  });
});

describe('uncertain attempts', () => {
  it('are listed and given up: the job fails, its credits come back, and nothing is decided twice', async () => {
    const user = await harness.user(5);
    const { jobId, attemptId } = await uncertain(user);
    const { attempts } = await json<{ attempts: { attemptId: string }[] }>('uncertain', 'list');
    expect(attempts).toMatchObject([{ attemptId, jobId, externalTaskId: 'ours-1', creditsHeld: 5 }]);
    expect(await ops('uncertain', 'resolve', attemptId, '--give-up')).toMatchObject({ code: 0 });
    expect((await harness.job(user, jobId)).status).toBe('failed');
    expect(await getBalance(harness.database.sql, user.accountId)).toMatchObject({ available: 5, held: 0 });
    expect(await logOf(user, jobId)).toContainEqual(expect.stringContaining('An operator decided'));
    expect(await ops('uncertain', 'resolve', attemptId, '--give-up')).toMatchObject({ code: 3 });
    expect(await json('uncertain', 'list')).toEqual({ attempts: [], more: false });
  });

  it('are sent again where nothing was bought, and waited for where the vendor has the task', async () => {
    const user = await harness.user(10);
    const [again, found] = [await uncertain(user), await uncertain(user)];
    const first = await json<{ attempts: { attemptId: string }[]; more: boolean }>(
      'uncertain',
      'list',
      '--limit',
      '1',
    );
    expect(first).toMatchObject({ attempts: [{ attemptId: again.attemptId }], more: true });
    const second = await json('uncertain', 'list', '--after', again.attemptId);
    expect(second).toMatchObject({ attempts: [{ attemptId: found.attemptId }], more: false });
    await ops('uncertain', 'resolve', again.attemptId, '--not-bought');
    await harness.offered(again.jobId, 2);
    await ops('uncertain', 'resolve', found.attemptId, '--vendor-task', 'theirs-7');
    expect((await harness.attempts(found.jobId))[0]).toMatchObject({ vendor_task_id: 'theirs-7' });
    expect((await harness.attempts(found.jobId))[0]?.status).not.toBe('uncertain');
    expect(await logOf(user, found.jobId)).toContainEqual(expect.stringContaining('theirs-7'));
  });
});

describe('what does not move', () => {
  it('is shown with the reason', async () => {
    const user = await harness.user(10);
    const [late, waiting] = [await harness.accept(user), await harness.accept(user)];
    await harness.offered(late.jobId);
    await harness.offered(waiting.jobId);
    await run(sql`UPDATE jobs.attempts SET due_at = now() - interval '1 hour' WHERE job_id = ${late.jobId}`);
    await run(sql`DELETE FROM jobs.attempts WHERE job_id = ${waiting.jobId}`);
    await run(sql`UPDATE jobs.jobs SET active_attempt_id = NULL, not_before = now() + interval '10 minutes'
      WHERE job_id = ${waiting.jobId}`);
    await ops('provider', 'pause', 'animatic', '--reason', 'the disks are full');
    const report = await json<{ consumers: { durable: string }[] }>('stuck');
    expect(report).toMatchObject({
      attempts: [{ jobId: late.jobId, status: 'submitting' }],
      waiting: [{ jobId: waiting.jobId, provider: 'animatic' }],
    });
    expect(report.consumers.map(({ durable }) => durable)).toContain('animatic-submit');
    const { out } = await ops('stuck');
    expect(out).toContain('The provider is paused: the disks are full');
    expect(out).toMatch(/It waits \d+ s more after a failed attempt/);
    expect(out).toMatch(/overdue by 60 min/);
    expect(await ops('audit', late.jobId)).toMatchObject({ code: 1 });
    expect((await ops('check')).out).toContain('1 attempts overdue');
    await ops('provider', 'resume', 'animatic');
    await run(sql`UPDATE jobs.attempts SET due_at = now() + interval '1 hour' WHERE job_id = ${late.jobId}`);
  });

  it('may be a provider that is paused, until it is resumed', async () => {
    const paused = await json('provider', 'pause', 'kling', '--reason', 'the invoice is open');
    expect(paused).toMatchObject({ provider: 'kling', pausedReason: 'the invoice is open' });
    expect((await ops('provider', 'show', 'kling')).out).toContain('is paused since');
    expect(await json('provider', 'show', 'kling')).toMatchObject({ createsPerMinute: null });
    expect((await ops('provider', 'show', 'hailuo')).out).toContain('at most 5 videos a minute');
    await run(sql`INSERT INTO jobs.provider_settings (provider, creates_per_minute) VALUES ('hailuo', 20)`);
    expect((await ops('provider', 'show', 'hailuo')).out).toContain('at most 20 videos a minute');
    expect(await json('provider', 'resume', 'kling')).toMatchObject({ pausedAt: null, pausedReason: null });
    expect(await ops('provider', 'pause', 'klnig', '--reason', 'a slip')).toMatchObject({ code: 3 });
    expect(await ops('provider', 'pause', 'kling')).toMatchObject({ code: 2 });
  });

  it('is counted for the alarms', async () => {
    const user = await harness.user(5);
    const { attemptId } = await uncertain(user);
    await orphan(newId());
    await untilDead(1);
    const registry = createMetrics('test');
    const { database, bus } = harness;
    observeOperations(registry, { database, bus, logger: silentLogger() });
    const text = await registry.metrics();
    expect(text).toMatch(/shotloom_attempts_uncertain\{service="test"\} 1/);
    expect(text).toMatch(
      /shotloom_dead_letters\{stream="ATTEMPTS",durable="job-orchestrator-attempts",service="test"\} 1/,
    );
    expect(text).toMatch(/shotloom_dead_letters_oldest_age_seconds\{.*\} \d/);
    expect(text).toMatch(/shotloom_outbox_dead_messages\{service="test"\} 0/);
    await ops('uncertain', 'resolve', attemptId, '--give-up');
    await ops('dead-letters', 'replay', '--all');
  });
});

describe('the same through the bus, for the gateway', () => {
  it('audits, lists, decides, replays and pauses', async () => {
    const user = await harness.user(10);
    const jobId = await completed(harness, user);
    await published(harness, jobId);
    const { report } = await harness.bus.request(opsAuditRpc, { jobId });
    expect(report).toMatchObject({ jobId, ok: true });
    expect(await harness.bus.request(opsAuditRpc, { jobId: newId() })).toEqual({ report: null });

    const lost = await uncertain(user);
    const { attempts } = await harness.bus.request(listUncertainRpc, { limit: 10 });
    expect(attempts).toMatchObject([{ attemptId: lost.attemptId }]);
    const resolution = { kind: 'give_up' as const };
    const decided = await harness.bus.request(resolveUncertainRpc, { attemptId: lost.attemptId, resolution });
    expect(decided).toEqual({ jobId: lost.jobId });
    const twice = harness.bus.request(resolveUncertainRpc, { attemptId: lost.attemptId, resolution });
    await expect(twice).rejects.toMatchObject({ code: 'conflict' });

    const before = await deadOf();
    await orphan(jobId);
    await untilDead(before + 1);
    const { letters } = await harness.bus.request(listDeadLettersRpc, { limit: 1 });
    const [letter] = letters;
    expect(letter).toMatchObject({ jobId, type: 'attempt.cancelled.v1' });
    const replayed = await harness.bus.request(replayDeadLetterRpc, { seq: letter?.seq ?? 0 });
    expect(replayed).toEqual({ subject: 'attempts.animatic', jobId });

    const pause = { provider: 'kling', reason: 'maintenance' };
    expect(await harness.bus.request(pauseProviderRpc, pause)).toEqual({ paused: true });
    expect(await harness.bus.request(pauseProviderRpc, { ...pause, reason: null })).toEqual({
      paused: false,
    });
  });
});

describe('the command in a shell', () => {
  it('answers in JSON and in exit codes, also from what a running platform left in its file', async () => {
    const jobId = await completed(harness, await harness.user(5));
    await published(harness, jobId);
    const asked = await cli(env, 'audit', jobId, '--json');
    expect(asked).toMatchObject({ code: 0, error: '' });
    expect(JSON.parse(asked.out)).toMatchObject({ jobId, ok: true, job: { status: 'completed' } });

    const runtime = { databaseUrl: env['DATABASE_URL'], natsUrl: env['NATS_URL'], apiKey: 'unused' };
    await writeFile(join(folder, 'runtime.json'), JSON.stringify(runtime));
    const found = await cli({ SHOTLOOM_DATA_DIR: folder }, 'audit', newId(), '--json');
    expect(found).toMatchObject({ code: 3, out: '' });
    expect(JSON.parse(found.error)).toMatchObject({ error: { code: 'not_found' } });
  });

  it('says how it is called, and refuses what it does not know', async () => {
    const help = await ops('--help');
    expect(help.code).toBe(0);
    for (const name of [
      'audit',
      'check',
      'stuck',
      'dead-letters replay',
      'uncertain resolve',
      'provider pause',
    ])
      expect(help.out).toContain(name);
    expect((await ops('uncertain', 'resolve', '--help')).out).toContain('--not-bought');
    for (const call of [
      [],
      ['dance'],
      ['audit'],
      ['audit', '42'],
      ['audit', newId(), newId()],
      ['check', '--fast'],
      ['check', '--limit', 'all'],
      ['dead-letters', 'show', 'first'],
      ['uncertain', 'resolve', newId()],
      ['uncertain', 'resolve', newId(), '--not-bought', '--give-up'],
    ]) {
      // With nobody to ask: a wrong call is refused before anything is done.
      const code = await runCli(call, {}, folder, { out: () => undefined, error: () => undefined });
      expect({ call, code }).toEqual({ call, code: 2 });
    }
  });

  it('says so where there is nobody to ask', async () => {
    const text = { out: '', error: '' };
    const streams = {
      out: (line: string) => (text.out += line),
      error: (line: string) => (text.error += line),
    };
    const nowhere = { ...env, DATABASE_URL: 'postgres://postgres@127.0.0.1:1/none' };
    expect(await runCli(['stuck'], nowhere, folder, streams)).toBe(4);
    expect(await runCli(['stuck'], { SHOTLOOM_DATA_DIR: join(folder, 'none') }, folder, streams)).toBe(4);
    expect(text.error).toContain('set DATABASE_URL and NATS_URL');
  });
});
