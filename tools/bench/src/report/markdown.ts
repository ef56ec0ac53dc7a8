import type { BenchReport, Ratio, ScenarioResult, Table } from '../results';

/** More than this of the cores in use by others, and a reader is told that the machine was shared. */
const SHARED_FROM = 0.1;

/** The figures of one run as Markdown; the text around them is not ours. */
export function toMarkdown(report: BenchReport): string {
  return [...toSections(report).values()].join('\n\n');
}

/** By heading, one for each scenario; each says what it was measured on, since others may be of another day. */
export function toSections(report: BenchReport): ReadonlyMap<string, string> {
  return new Map(report.scenarios.map((each) => [each.title, section(each, report)]));
}

function section(result: ScenarioResult, report: BenchReport): string {
  const { title, ratios, tables, notes } = result;
  return [
    `### ${title}`,
    facts(result, report),
    ...(ratios.length > 0 ? [table(ratioTable(ratios))] : []),
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join('\n')] : []),
    ...tables.map((each) => `${each.title}:\n\n${table(each)}`),
  ].join('\n\n');
}

function facts({ busyBefore }: ScenarioResult, { machine, startedAt, revision }: BenchReport): string {
  const busy = `${(busyBefore * 100).toFixed(0)} % of the cores were busy with other work just before`;
  return [
    `Measured on ${startedAt.slice(0, 10)} at revision ${revision}: ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB,`,
    `Linux ${machine.kernel}, Node ${machine.node}, Postgres ${machine.postgres}, ${machine.nats}. One machine runs everything, the load too.`,
    `${busy}${busyBefore > SHARED_FROM ? ': the machine was shared, and absolute figures are too low' : ''}.`,
  ].join('\n');
}

function ratioTable(ratios: readonly Ratio[]): Omit<Table, 'title'> {
  return {
    head: ['what', 'measured', 'against', 'reference', 'ratio', 'rounds', 'aim'],
    rows: ratios.map((ratio) => [
      ratio.what,
      `${figure(ratio.measured)} ${ratio.unit}`,
      ratio.against,
      `${figure(ratio.reference)} ${ratio.unit}`,
      ratio.ratio.toFixed(2),
      ratio.rounds.map((each) => each.toFixed(2)).join(', '),
      ratio.aim === null ? '' : `${ratio.aim}: ${ratio.reached === true ? 'reached' : 'missed'}`,
    ]),
  };
}

/** Three significant digits: more would promise what no measurement of this kind keeps. */
export function figure(value: number): string {
  if (Math.abs(value) >= 1000) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}

function table({ head, rows }: Omit<Table, 'title'>): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
