import { Client } from 'pg';
import { migrate, openDatabase } from '@shotloom/database';
import { checkInvariants, ledgerMigrations } from '@shotloom/ledger';
import { listJobsRpc, providerSpec } from '@shotloom/contracts';
import { createTestDatabase, silentLogger } from '@shotloom/testing';
import { identityMigrations } from '../../services/gateway/src/identity/schema/migrations';
import { listJobs } from '../../services/job-orchestrator/src/jobs/list-jobs';
import { claimPolls } from '../../services/job-orchestrator/src/planner/claim-polls';
import { jobsMigrations } from '../../services/job-orchestrator/src/schema/migrations';
import type { JobsSchema } from '../../services/job-orchestrator/src/schema/tables';
import { askWithin, attemptIds, seedWaitingJobs } from '../../tools/bench/src/inflight/waiting-jobs';
import { seedUsers } from '../../tools/bench/src/world/users';

const CREDENTIAL = '0d000000-0000-7000-8000-000000000001';

it('writes waiting jobs that the ledger, the contracts and the planner take for their own', async () => {
  const testDatabase = await createTestDatabase();
  const { url } = testDatabase;
  await migrate({ url }, [identityMigrations, ledgerMigrations, jobsMigrations]);
  const database = openDatabase<JobsSchema>({ url, applicationName: 'test', logger: silentLogger() });
  const sql = new Client({ connectionString: url });
  await sql.connect();
  try {
    const users = await seedUsers(sql, 3);
    await sql.query(
      `insert into identity.provider_credentials (id, provider, name, current_version) values ($1, 'kling', 'bench', 2)`,
      [CREDENTIAL],
    );
    const jobs = { count: 30, users: 3, sinceSeconds: 130, askAfterSeconds: 3_600 };
    for (const from of [1, 31]) {
      const taskIds = attemptIds({ from, count: 30 }).map((_id, index) => `task-${from + index}`);
      await seedWaitingJobs(sql, { ...jobs, from }, taskIds);
    }
    expect(await checkInvariants(database.sql)).toEqual([]);
    for (const { userId } of users) {
      const page = await listJobs(database.sql, { userId, limit: 100 });
      expect(listJobsRpc.response.safeParse(page).error).toBeUndefined();
      expect(page.jobs.map((job) => job.status)).toEqual(Array.from({ length: 20 }, () => 'processing'));
    }
    expect(await claim(database)).toEqual([]);
    await askWithin(sql, 0);
    const claimed = await claim(database);
    expect(claimed).toHaveLength(60);
    const tasks = claimed.map(({ credential, task }) => ({ credential, id: task.vendorTaskId }));
    expect(tasks).toContainEqual({ credential: { id: CREDENTIAL, version: 2 }, id: 'task-1' });
    expect(new Set(claimed.map(({ task }) => task.attemptId))).toEqual(
      new Set(attemptIds({ from: 1, count: 60 })),
    );
  } finally {
    await sql.end();
    await database.close();
    await testDatabase.drop();
  }
});

function claim(database: ReturnType<typeof openDatabase<JobsSchema>>): ReturnType<typeof claimPolls> {
  return database.run((tx) =>
    claimPolls(tx, {
      provider: providerSpec('kling'),
      limit: 100,
      models: { timesOf: () => ({ p50: 120, p95: 240 }) },
      takeCalls: async (_tx, wanted) => wanted,
      random: () => 0,
    }),
  );
}
