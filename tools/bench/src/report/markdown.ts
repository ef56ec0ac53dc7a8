import type { BenchReport, Ratio, ScenarioResult, Table } from '../results';

/** The figures of one run as Markdown; the text around them is not ours. */
export function toMarkdown(report: BenchReport): string {
  const { machine, startedAt, revision } = report;
  const facts = [
    `Measured on ${startedAt.slice(0, 10)} at revision ${revision}: ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB,`,
    `Linux ${machine.kernel}, Node ${machine.node}, Postgres ${machine.postgres}, ${machine.nats}. One machine runs everything, the load too.`,
  ].join('\n');
  return [facts, ...report.scenarios.map(scenario)].join('\n\n');
}

function scenario({ title, ratios, tables, notes }: ScenarioResult): string {
  return [
    `### ${title}`,
    ...(ratios.length > 0 ? [table(ratioTable(ratios))] : []),
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join('\n')] : []),
    ...tables.map((each) => `${each.title}:\n\n${table(each)}`),
  ].join('\n\n');
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
