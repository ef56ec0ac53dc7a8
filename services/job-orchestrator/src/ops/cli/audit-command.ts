import { AppError } from '@shotloom/kernel';
import type { AuditReport, Check } from '@shotloom/contracts';
import { auditJob } from '../audit/audit-job';
import { EXIT, requireId, type Command } from './command';
import { section } from './text';

const MARKS: Readonly<Record<Check['verdict'], string>> = { ok: 'ok  ', failed: 'FAIL', unknown: '?   ' };

export const auditCommand: Command = {
  name: 'audit',
  usage: '<jobId>',
  summary: 'proves what happened to a job, from the rows and the streams; exit code 1 when a check fails',
  options: {},
  positionals: [1, 1],
  async run({ connect, positionals }) {
    const jobId = requireId(positionals[0], 'The job');
    const report = await auditJob(await connect(), jobId);
    if (!report) throw new AppError('not_found', `There is no job ${jobId}.`);
    return { json: report, text: describe(report), exitCode: report.ok ? EXIT.ok : EXIT.found };
  },
};

function describe(report: AuditReport): string[] {
  const { jobId, job, attempts, story, checks, hold } = report;
  const conditions = job.conditions.length > 0 ? ` (${job.conditions.join(', ')})` : '';
  return [
    `Job ${jobId} of user ${job.userId} is ${job.status}${conditions}, version ${job.version}.`,
    `Model ${job.model}; ${job.creditsHeld} credits held, ${job.creditsCaptured} captured.`,
    ...section('Attempts', attempts.map(attemptLine)),
    ...section(
      'Paid from',
      (hold?.lots ?? []).map(
        ({ lotId, reason, amount, captured }) =>
          `lot ${lotId} (${reason}): ${amount} held, ${captured} taken`,
      ),
    ),
    ...section('What happened', story),
    ...section(
      'Checks',
      checks.flatMap(({ id, verdict, text, todo }) => [
        `${MARKS[verdict]} ${id}: ${text}`,
        ...(todo === null ? [] : [`     -> ${todo}`]),
      ]),
    ),
    '',
    report.ok ? 'Nothing is wrong.' : 'Something is wrong: see FAIL above.',
  ];
}

function attemptLine(attempt: AuditReport['attempts'][number]): string {
  const { number, attemptId, provider, status, fence, waitedSeconds, sendingSeconds, makingSeconds } =
    attempt;
  const times = [
    waitedSeconds === null ? '' : `waited ${waitedSeconds.toFixed(1)} s`,
    sendingSeconds === null ? '' : `sent in ${sendingSeconds.toFixed(1)} s`,
    makingSeconds === null ? '' : `made in ${makingSeconds.toFixed(1)} s`,
  ].filter((part) => part !== '');
  const tail = times.length > 0 ? `, ${times.join(', ')}` : '';
  return `${number}. ${status} with ${provider}, fence ${fence}${tail} (${attemptId})`;
}
