import { z } from 'zod';
import { render } from '../../chart/src/render';
import { DASHBOARDS } from '../../grafana/src';
import type { PanelSource } from '../../grafana/src/source';
import { readVariablesOf } from '../../grafana/src/variables';
import { lookUpIn, readExposed } from '../src/exposed-metrics';
import { unfilled } from '../src/labels';
import { checkQuery } from '../src/query';
import { readRules } from '../src/rule-files';

/** Everything that asks Prometheus for something, held against what the running services show. */
const rules = readRules();
const plain = lookUpIn(readExposed(), new Map());
const recorded = new Map(
  rules.flatMap(({ record, expr }) => {
    const { result } = checkQuery(expr, plain);
    return record === undefined ? [] : [[record, typeof result === 'string' ? [] : [...result]] as const];
  }),
);
const lookUp = lookUpIn(readExposed(), recorded);

/** Grafana's own placeholders, as Grafana would fill them in. */
const filledIn = (expr: string): string => expr.replaceAll('$__rate_interval', '5m');

it.each(rules.map((rule) => [rule.alert ?? rule.record ?? '', rule] as const))('rule %s', (_name, rule) => {
  const { result, problems } = checkQuery(rule.expr, lookUp);
  expect(problems).toEqual([]);
  const texts = [...Object.values(rule.annotations), ...Object.values(rule.labels)].join(' ');
  expect(unfilled(texts, result)).toEqual([]);
});

const panels = DASHBOARDS.flatMap(({ uid, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => [uid, panel.title, panel] as const)),
);
const problemsIn = ({ queries }: PanelSource): string[] =>
  queries.flatMap(({ expr, legend }) => {
    const { result, problems } = checkQuery(filledIn(expr), lookUp);
    const empty = unfilled(legend, result).map((label) => `the legend names ${label}, which ${expr} lacks`);
    return [...problems, ...empty];
  });

it.each(panels)('dashboard %s: %s', (_uid, _title, panel) => {
  expect(problemsIn(panel)).toEqual([]);
});

it.each(
  DASHBOARDS.flatMap((board) => readVariablesOf(board).map((one) => [board.uid, one.name, one] as const)),
)('dashboard %s: values of $%s', (_uid, _name, { selector, of }) => {
  const { result, problems } = checkQuery(selector, lookUp);
  expect(problems).toEqual([]);
  expect(unfilled(`{{${of}}}`, result)).toEqual([]);
});

it('what KEDA asks to scale engines by', () => {
  const queries = scalingQueries();
  expect(queries.length).toBeGreaterThan(0);
  expect(queries.flatMap((query) => checkQuery(query, lookUp).problems)).toEqual([]);
});

/** Read by hand, while something is looked into. */
const FOR_A_CLOSER_LOOK = [
  'shotloom_attempt_reports_total',
  'shotloom_bus_dead_letters_total',
  'shotloom_callbacks_total',
  // What is held is an alert of its own, with the runbook.
  'shotloom_sweeps_held_total',
];

it('leaves no metric of ours unseen: each is on a dashboard', () => {
  const queries = panels.flatMap(([, , panel]) => panel.queries.map(({ expr }) => filledIn(expr)));
  const asked = new Set(queries.flatMap((query) => [...checkQuery(query, lookUp).metrics]));
  const through = rules.filter(({ record }) => record !== undefined && asked.has(record));
  for (const { expr } of through) for (const name of checkQuery(expr, lookUp).metrics) asked.add(name);
  const isSeen = (name: string): boolean =>
    ['', '_bucket', '_sum', '_count'].some((part) => asked.has(`${name}${part}`));
  const unseen = Object.keys(readExposed()).filter((name) => name.startsWith('shotloom_') && !isSeen(name));
  expect(unseen.toSorted()).toEqual(FOR_A_CLOSER_LOOK);
});

const scalerSchema = z.looseObject({
  spec: z.looseObject({
    triggers: z.array(
      z.looseObject({ type: z.string(), metadata: z.looseObject({ query: z.string().optional() }) }),
    ),
  }),
});

function scalingQueries(): string[] {
  const scalers = render({ environments: ['gpu'] }).filter(({ kind }) => kind === 'ScaledObject');
  const triggers = scalers.flatMap((scaler) => scalerSchema.parse(scaler).spec.triggers);
  return triggers.flatMap(({ type, metadata }) =>
    type === 'prometheus' && metadata.query ? [metadata.query] : [],
  );
}
