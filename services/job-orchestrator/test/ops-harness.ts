import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { sql } from 'kysely';
import { attemptFailedV1, mediaStoredV1, subjects, type AuditReport, type Check } from '@shotloom/contracts';
import { auditJob } from '../src/ops/audit/audit-job';
import { waitFor } from '@shotloom/testing';
import type { Harness, User } from './harness';

const ROOT = join(__dirname, '../../..');
const HOOK = join(ROOT, 'libs/media-tools/test/support/run-typescript.cjs');

/** A job that went all the way. */
export async function completed(harness: Harness, user: User): Promise<string> {
  const { jobId, work, key } = await harness.storing(user);
  const asset = harness.asset(user, work, key);
  const options = { subject: subjects.mediaResults, correlationId: jobId };
  await harness.bus.publish(mediaStoredV1, { jobId, attemptId: work.attemptId, asset }, options);
  await harness.until(user, jobId, 'completed');
  return jobId;
}

/** A job whose engine said that it never will. */
export async function failed(harness: Harness, user: User): Promise<string> {
  const { jobId } = await harness.accept(user);
  const work = await harness.offered(jobId);
  const begun = await harness.begin(work);
  if (!begun.granted) throw new Error(`not granted: ${begun.reason}`);
  const error = {
    code: 'provider_failed' as const,
    message: 'it broke',
    retryable: false,
    chargeable: false,
    outcome: 'refused' as const,
  };
  const options = { subject: subjects.attempts('animatic'), correlationId: jobId };
  await harness.bus.publish(
    attemptFailedV1,
    { attemptId: work.attemptId, fence: begun.fence, error },
    options,
  );
  await harness.until(user, jobId, 'failed');
  return jobId;
}

/** Everything that was written for the job is on the bus, so that an audit can see it. */
export async function published(harness: Harness, jobId: string): Promise<void> {
  const left = async (): Promise<boolean> => {
    const { rows } = await sql<{ left: number }>`SELECT count(*)::int AS left FROM jobs.outbox
      WHERE envelope->>'correlationId' = ${jobId} AND published_at IS NULL AND dead_at IS NULL`.execute(
      harness.database.sql,
    );
    return rows[0]?.left === 0;
  };
  await waitFor(left, { what: `the messages of job ${jobId} to be published`, timeoutMs: 10_000 });
}

export async function audit(harness: Harness, jobId: string): Promise<AuditReport> {
  await published(harness, jobId);
  const report = await auditJob(harness, jobId);
  if (!report) throw new Error(`no report about job ${jobId}`);
  return report;
}

/** The checks that did not pass. */
export function wrong(report: AuditReport): string[] {
  return report.checks
    .filter((check: Check) => check.verdict !== 'ok')
    .map(({ id, verdict }) => `${id} ${verdict}`);
}

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** The command as a shell runs it: a process of its own, from the sources. */
export async function cli(env: Readonly<Record<string, string>>, ...args: string[]): Promise<CliResult> {
  const entry = join(ROOT, 'services/job-orchestrator/src/ops/main.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=@shotloom/source', '--require', HOOK, entry, ...args],
    {
      cwd: join(ROOT, 'services/job-orchestrator'),
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const text = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.error += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, ...text };
}
