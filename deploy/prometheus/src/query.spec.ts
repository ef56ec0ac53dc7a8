import { unfilled } from './labels';
import { checkQuery, type LookUp } from './query';

const METRICS: Readonly<Record<string, readonly string[]>> = {
  jobs_total: ['service', 'provider', 'outcome'],
  limit: ['service', 'provider'],
  seconds_bucket: ['service', 'state', 'le'],
  up_since: ['service'],
};
const lookUp: LookUp = (name) => {
  const labels = METRICS[name];
  return labels && new Set(labels);
};
const resultOf = (query: string): unknown => {
  const { result, problems } = checkQuery(query, lookUp);
  expect(problems).toEqual([]);
  return typeof result === 'string' ? result : [...result].toSorted();
};
const problemsOf = (query: string): readonly string[] => checkQuery(query, lookUp).problems;

it.each([
  ['jobs_total{outcome="failed"}', ['outcome', 'provider', 'service']],
  ['sum(rate(jobs_total[5m]))', []],
  ['sum by (provider) (rate(jobs_total{outcome=~"a|b"}[5m] offset 1h)) > 3', ['provider']],
  ['sum(rate(jobs_total[5m])) by (provider)', ['provider']],
  ['sum without (service) (jobs_total)', ['outcome', 'provider']],
  ['topk(3, jobs_total)', ['outcome', 'provider', 'service']],
  ['histogram_quantile(0.95, sum by (le, state) (rate(seconds_bucket[5m])))', ['state']],
  ['count(up_since) or vector(0)', []],
  ['sum by (provider) (jobs_total) / max by (provider) (limit)', ['provider']],
  ['jobs_total * on (provider) group_left limit', ['outcome', 'provider', 'service']],
  ['jobs_total / ignoring (outcome) group_left limit', ['outcome', 'provider', 'service']],
  ['count by (service) (up_since offset 15m) unless count by (service) (up_since)', ['service']],
  ['max_over_time(sum by (provider) (jobs_total)[1h:5m])', ['provider']],
  ['label_replace(up_since, "unit", "$1", "service", "(.*)")', ['service', 'unit']],
  ['-(1 + 2)', 'scalar'],
  ['absent(up_since)', []],
])('follows the labels of %s', (query, labels) => {
  expect(resultOf(query)).toEqual(labels);
});

it.each([
  ['jobs', 'there is no metric jobs'],
  ['jobs_total{provder="x"}', 'no label provder in jobs_total'],
  ['sum by (state) (jobs_total)', 'no label state in jobs_total'],
  ['sum by (outcome) (sum by (provider) (jobs_total))', 'no label outcome in sum by (provider) (jobs_total)'],
  ['histogram_quantile(0.9, sum by (state) (rate(seconds_bucket[5m])))', 'no label le in'],
  ['sum by (provider) (jobs_total) / sum(limit)', 'sides that never meet, (provider) and ()'],
  ['jobs_total and limit', 'sides that never meet'],
  ['jobs_total * on (state) limit', 'no label state in jobs_total'],
  ['sum(rate(jobs_total[5m])', 'cannot be parsed'],
  ['{provider="x"}', 'names no metric'],
])('finds what is wrong with %s', (query, problem) => {
  expect(problemsOf(query)).toContainEqual(expect.stringContaining(problem));
});

it('finds labels that a text names and an answer does not have', () => {
  const { result } = checkQuery('sum by (provider) (jobs_total)', lookUp);
  expect(unfilled('{{provider}} of {{ $labels.outcome }}: {{ $value }}', result)).toEqual(['outcome']);
  expect(unfilled('all jobs', result)).toEqual([]);
});
