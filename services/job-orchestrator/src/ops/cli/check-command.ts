import { checkAll, type CheckReport } from '../invariants/check-all';
import { EXIT, readNumber, type Command } from './command';
import { age, section } from './text';

export const checkCommand: Command = {
  name: 'check',
  usage: '[--limit 20]',
  summary: 'checks every invariant of jobs, attempts and credits; exit code 1 when one is broken',
  options: { limit: { type: 'string' } },
  positionals: [0, 0],
  async run({ connect, values }) {
    const keepPerRule = readNumber(values['limit'], { name: '--limit', otherwise: 20, most: 1_000 });
    const report = await checkAll(await connect(), { keepPerRule });
    return { json: report, text: describe(report), exitCode: report.ok ? EXIT.ok : EXIT.found };
  },
};

function describe({ jobs, violations, found, stuck, ok }: CheckReport): string[] {
  const counts = Object.entries(found).map(([rule, count]) => `${rule}: ${count}`);
  const lines = violations.flatMap(({ rule, jobId, attemptId, text, todo }) => {
    const who = [jobId && `job ${jobId}`, attemptId && `attempt ${attemptId}`].filter(Boolean).join(', ');
    return [`FAIL ${rule}${who === '' ? '' : ` (${who})`}: ${text}`, `     -> ${todo}`];
  });
  return [
    `${jobs} jobs were looked at.`,
    ...section('Broken', lines),
    ...section('In all', counts),
    ...section('What does not move (`npm run ops -- stuck` says more)', [
      `${stuck.overdueAttempts} attempts overdue`,
      `${stuck.uncertainAttempts} attempts uncertain, the oldest for ${age(stuck.oldestUncertainSeconds)}`,
      `oldest message that is not on the bus: ${age(stuck.oldestUnpublishedSeconds)}`,
      `${stuck.deadOutbox} messages that the bus refused, ${stuck.deadLetters} dead letters`,
      `${stuck.overdueHolds} holds open past their alarm time`,
    ]),
    '',
    ok ? 'Everything adds up.' : 'Something does not add up: see FAIL above.',
  ];
}
