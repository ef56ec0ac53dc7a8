import { sql } from 'kysely';
import { deleteJobRpc, SHOT_KEY, userLogRpc, type RpcRequest, type UserLogEntry } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { logJob } from '../src/log/log-entry';
import { Harness, type User } from './harness';

jest.setTimeout(60_000);

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
});
afterAll(() => harness.stop());

type Query = Partial<RpcRequest<typeof userLogRpc>>;
const ask = (user: User, query: Query = {}) =>
  harness.bus.request(userLogRpc, { userId: user.userId, limit: 500, ...query });
const texts = (entries: readonly UserLogEntry[]): string[] => entries.map(({ text }) => text);

/** Jobs with lines of their own, in this order; whatever the service writes besides stands before them. */
async function written(user: User): Promise<{ first: string; second: string; mark: string }> {
  const [{ jobId: first }, { jobId: second }] = [
    await harness.accept(user, { metadata: { [SHOT_KEY]: '2.0' } }),
    await harness.accept(user),
  ];
  await Promise.all([first, second].map((jobId) => harness.offered(jobId)));
  const mark = (await ask(user, { limit: 1 })).entries[0]?.cursor ?? '';
  for (const [jobId, level, text] of [
    [first, 'INFO', 'one'],
    [second, 'WARN', 'two'],
    [first, 'ERROR', 'three'],
    [second, 'SUCCESS', 'four'],
  ] as const) {
    await harness.database.run((tx) => Promise.resolve(logJob(tx, jobId, { level, text })));
  }
  return { first, second, mark };
}

describe('the log of a user', () => {
  it('is over all jobs in the order of time, in pages that lose nothing', async () => {
    const user = await harness.user(1_000);
    const { first, mark } = await written(user);
    const { entries } = await ask(user);
    expect(texts(entries).slice(0, 4)).toEqual(['four', 'three', 'two', 'one']);
    expect(entries[3]).toMatchObject({ jobId: first, shot: '2.0', provider: 'animatic', level: 'INFO' });
    const seen: UserLogEntry[] = [];
    let before: string | undefined;
    do {
      const page = await ask(user, { limit: 1, ...(before === undefined ? {} : { before }) });
      seen.push(...page.entries);
      before = page.next ?? undefined;
    } while (before !== undefined);
    expect(seen).toEqual(entries);
    expect(texts((await ask(user, { after: mark })).entries)).toEqual(['one', 'two', 'three', 'four']);
  });

  it('is filtered by level, provider and time', async () => {
    const user = await harness.user(1_000);
    const { mark } = await written(user);
    const after = { after: mark };
    expect(texts((await ask(user, { ...after, levels: ['ERROR', 'WARN'] })).entries)).toEqual([
      'two',
      'three',
    ]);
    expect(texts((await ask(user, { ...after, levels: ['SUCCESS'] })).entries)).toEqual(['four']);
    expect((await ask(user, { provider: 'kling' })).entries).toEqual([]);
    expect((await ask(user, { ...after, provider: 'animatic' })).entries).toHaveLength(4);
    const since = new Date(Date.now() + 60_000).toISOString();
    expect((await ask(user, { since })).entries).toEqual([]);
  });

  it('holds back what is too young for those who follow it', async () => {
    const user = await harness.user(1_000);
    const { mark } = await written(user);
    const question = { after: mark, settled: true };
    expect((await ask(user, question)).entries).toEqual([]);
    await waitFor(async () => (await ask(user, question)).entries.length === 4, {
      what: 'the lines to be told',
      timeoutMs: 5_000,
    });
  });

  it('is of its user alone, and without jobs that were deleted', async () => {
    const [user, stranger] = [await harness.user(1_000), await harness.user(1_000)];
    const { first, mark } = await written(user);
    expect((await ask(stranger)).entries).toEqual([]);
    expect((await ask(stranger, { after: mark })).entries).toEqual([]);
    await harness.bus.request(deleteJobRpc, { userId: user.userId, jobId: first });
    expect(
      texts((await ask(user, { after: mark, levels: ['INFO', 'WARN', 'ERROR', 'SUCCESS'] })).entries),
    ).toEqual(['two', 'four']);
  });

  it('refuses what is no cursor', async () => {
    const user = await harness.user(1);
    await expect(ask(user, { before: "1-1'--" })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('has also the lines of replicas of the release before, which do not know whose they are', async () => {
    const user = await harness.user(1_000);
    const { first } = await written(user);
    await sql`INSERT INTO jobs.log (job_id, level, text) VALUES (${first}, 'INFO', 'older')`.execute(
      harness.database.sql,
    );
    expect((await ask(user, { limit: 1 })).entries).toMatchObject([{ text: 'older', jobId: first }]);
    await sql`INSERT INTO jobs.log (job_id, level, text) VALUES (${newId()}, 'INFO', 'of no job')`.execute(
      harness.database.sql,
    );
  });
});
