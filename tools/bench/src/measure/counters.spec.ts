import { grown, meanSeconds, parseCounters } from './counters';

const before = parseCounters('# HELP a b\na_total{x="1"} 2\na_total{x="2"} 3\nh_sum 1\nh_count 2\n');
const after = parseCounters('a_total{x="1"} 5\na_total{x="2"} 4\na_total_more 9\nh_sum 2.5\nh_count 5\n');

it('adds up what grew, over all labels or some', () => {
  expect(grown(before, after, 'a_total')).toBe(4);
  expect(grown(before, after, 'a_total', 'x="1"')).toBe(3);
});

it('knows the mean of what came meanwhile, and that nothing has none', () => {
  expect(meanSeconds(before, after, 'h')).toBe(0.5);
  expect(meanSeconds(after, after, 'h')).toBeNull();
});
