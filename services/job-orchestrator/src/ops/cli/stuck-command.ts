import { findStuck, type StuckReport } from '../stuck-work';
import { EXIT, type Command } from './command';
import { age, ageOf, section, table } from './text';

export const stuckCommand: Command = {
  name: 'stuck',
  usage: '',
  summary: 'work that does not move, and why as far as the tables and the server tell',
  options: {},
  positionals: [0, 0],
  async run({ connect }) {
    const { database, bus } = await connect();
    const report = await findStuck(database, bus);
    return { json: report, text: describe(report), exitCode: EXIT.ok };
  },
};

function describe(report: StuckReport): string[] {
  const lines = [
    ...section('Attempts overdue', overdue(report)),
    ...section('Timers overdue', timers(report)),
    ...section(
      'Outbox lanes',
      report.lanes.map((lane) => `${lane.partition}: oldest ${age(lane.oldestSeconds)}`),
    ),
    ...section('Consumers', consumers(report)),
    ...section(
      'Dead letters',
      report.deadLetters.map(
        (dead) => `${dead.stream}/${dead.durable}: ${dead.count}, oldest ${ageOf(dead.oldestAt)}`,
      ),
    ),
    ...section('Jobs that wait longest', waiting(report)),
  ];
  return lines.length === 0 ? ['Nothing waits and nothing is stuck.'] : lines.slice(1);
}

function overdue({ attempts }: StuckReport): string[] {
  return attempts.map(
    ({ jobId, attemptId, provider, status, overdueSeconds, resends, lapses }) =>
      `${status} with ${provider}, overdue by ${age(overdueSeconds)}, ${resends} resends, ${lapses} lapses (job ${jobId}, attempt ${attemptId})`,
  );
}

function timers({ timers: late }: StuckReport): string[] {
  return late.map(
    ({ attemptId, provider, verb, lateSeconds, misses }) =>
      `${verb} of ${provider}, late by ${age(lateSeconds)}, ${misses} misses (attempt ${attemptId})`,
  );
}

/** Those that have something to do, and those that nobody serves. */
function consumers({ consumers: all }: StuckReport): string[] {
  const shown = all.filter(({ pending, unacked, waiting: served }) => pending + unacked > 0 || served === 0);
  if (shown.length === 0) return [];
  const rows = shown.map((it) => [
    `${it.stream}/${it.durable}`,
    String(it.pending),
    String(it.unacked),
    String(it.redelivered),
    ageOf(it.oldestAt),
    it.waiting === 0 ? 'nobody asks for messages' : '',
  ]);
  return table([['consumer', 'pending', 'unacked', 'redelivered', 'oldest', ''], ...rows]);
}

function waiting({ waiting: heads }: StuckReport): string[] {
  return heads.flatMap(({ jobId, provider, waitingSeconds, why }) => [
    `job ${jobId} waits ${age(waitingSeconds)} for ${provider}`,
    ...(why.length > 0
      ? why
      : ['Nothing is in its way: the next pass of the scheduler should start it.']
    ).map((reason) => `  ${reason}`),
  ]);
}
