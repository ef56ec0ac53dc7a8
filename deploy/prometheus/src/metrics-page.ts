import type { ExposedMetric, ExposedMetrics } from './exposed-metrics';

const HEAD = `# Metrics

What the services show on \`/metrics\`, gathered from running ones: \`deploy/prometheus/exposed-metrics.json\`, which a test holds against them.
This page is made from it by \`npm run dashboards\`. Each series has a label \`service\` too; Prometheus adds those of its target. Node's own
metrics are left out where their labels come and go.
`;

/** Two engines stand for all: one at a vendor, and one of our own. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  'provider-kling': 'workers of vendors',
  'provider-animatic': 'workers of engines of our own',
};

/** The page as a whole, formatted as the repository is. */
export function metricsPage(exposed: ExposedMetrics): string {
  const sections = new Map<string, [string, ExposedMetric][]>();
  const every = new Set(Object.values(exposed).flatMap(({ services }) => services)).size;
  for (const [name, metric] of Object.entries(exposed)) {
    const title =
      metric.services.length === every
        ? 'every process'
        : metric.services.map((service) => STANDS_FOR[service] ?? service).join(', ');
    sections.set(title, [...(sections.get(title) ?? []), [name, metric]]);
  }
  const sorted = [...sections].toSorted(([one], [other]) => one.localeCompare(other));
  return [HEAD, ...sorted.map(([title, metrics]) => `## ${capital(title)}\n\n${tableOf(metrics)}`)].join(
    '\n',
  );
}

const capital = (title: string): string => title.charAt(0).toUpperCase() + title.slice(1);

function tableOf(metrics: readonly (readonly [string, ExposedMetric])[]): string {
  const rows = metrics.map(([name, { type, labels, help }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help.replaceAll('|', '\\|'),
  ]);
  const all = [['metric', 'kind', 'labels', 'what it is'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return `${[line(head), rule, ...body.map(line)].join('\n')}\n`;
}
