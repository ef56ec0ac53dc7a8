import { parser } from '@prometheus-io/lezer-promql';
import { metricSchema, type ExposedMetric } from './exposed-metrics';

/** What one answer of `/metrics` shows of a metric. Without samples its labels are not known. */
export interface Family {
  readonly name: string;
  readonly type: ExposedMetric['type'];
  readonly help: string;
  readonly labels: ReadonlySet<string>;
  readonly samples: number;
}

/** Reads the text format of Prometheus. A sample is a selector with a value behind it, so the parser of queries reads its labels. */
export function readExposition(text: string): readonly Family[] {
  const families = new Map<string, Family & { readonly labels: Set<string>; samples: number }>();
  const helps = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') helps.set(name, rest);
    if (kind === 'TYPE') {
      const type = metricSchema.shape.type.parse(rest);
      families.set(name, { name, type, help: helps.get(name) ?? '', labels: new Set(), samples: 0 });
    }
    if (line === '' || line.startsWith('#')) continue;
    const sample = readSample(line);
    const family = families.get(sample.name) ?? families.get(sample.name.replace(/_(bucket|sum|count)$/, ''));
    if (!family) throw new Error(`A sample of no metric: ${line}`);
    family.samples += 1;
    for (const label of sample.labels) family.labels.add(label);
  }
  return [...families.values()];
}

function readSample(line: string): { readonly name: string; readonly labels: readonly string[] } {
  const selector = line.slice(0, line.lastIndexOf(' '));
  const vector = parser.parse(selector).topNode.getChild('VectorSelector');
  const name = vector?.getChild('Identifier');
  if (!name) throw new Error(`This is no sample: ${line}`);
  const matchers = vector?.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  const labels = matchers.flatMap((matcher) => matcher.getChild('LabelName') ?? []);
  const textOf = ({ from, to }: { from: number; to: number }): string => selector.slice(from, to);
  return { name: textOf(name), labels: labels.map(textOf) };
}
