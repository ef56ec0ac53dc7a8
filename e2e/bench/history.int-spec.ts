import { Client } from 'pg';
import { listJobsRpc } from '@shotloom/contracts';
import { migrate, openDatabase } from '@shotloom/database';
import { checkInvariants, ledgerMigrations } from '@shotloom/ledger';
import { createTestDatabase, silentLogger } from '@shotloom/testing';
import { identityMigrations } from '../../services/gateway/src/identity/schema/migrations';
import { listJobs } from '../../services/job-orchestrator/src/jobs/list-jobs';
import { jobsMigrations } from '../../services/job-orchestrator/src/schema/migrations';
import type { JobsSchema } from '../../services/job-orchestrator/src/schema/tables';
import { seedFinishedJobs } from '../../tools/bench/src/world/history';
import { seedUsers } from '../../tools/bench/src/world/users';

it('writes a past that the ledger and the contracts take for their own', async () => {
  const testDatabase = await createTestDatabase();
  const { url } = testDatabase;
  await migrate({ url }, [identityMigrations, ledgerMigrations, jobsMigrations]);
  const database = openDatabase<JobsSchema>({ url, applicationName: 'test', logger: silentLogger() });
  const sql = new Client({ connectionString: url });
  await sql.connect();
  try {
    const users = await seedUsers(sql, 3);
    await seedFinishedJobs(sql, { users: 3, from: 0, to: 40 });
    await seedFinishedJobs(sql, { users: 3, from: 40, to: 90 });
    expect(await checkInvariants(database.sql)).toEqual([]);
    for (const { userId } of users) {
      const page = await listJobs(database.sql, { userId, limit: 100 });
      expect(listJobsRpc.response.safeParse(page).error).toBeUndefined();
      expect(page.jobs).toHaveLength(30);
      expect(new Set(page.jobs.map((job) => job.status))).toEqual(new Set(['completed']));
    }
  } finally {
    await sql.end();
    await database.close();
    await testDatabase.drop();
  }
});
