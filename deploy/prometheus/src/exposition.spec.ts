import { readExposition } from './exposition';

it('reads names, kinds and labels, whatever is in the values of labels', () => {
  const text = [
    '# HELP a_total What it is, {really}.',
    '# TYPE a_total counter',
    'a_total{kind="a \\"b\\", c=\\"d\\"",service="x"} 3',
    '# HELP b_seconds Times.',
    '# TYPE b_seconds histogram',
    'b_seconds_bucket{le="+Inf",service="x"} 1',
    'b_seconds_sum{service="x"} 0.5',
    'b_seconds_count{service="x"} 1',
    '# HELP c Not seen yet.',
    '# TYPE c gauge',
    '',
  ].join('\n');
  const shown = readExposition(text).map(({ labels, ...rest }) => ({
    ...rest,
    labels: [...labels].toSorted(),
  }));
  expect(shown).toEqual([
    {
      name: 'a_total',
      type: 'counter',
      help: 'What it is, {really}.',
      labels: ['kind', 'service'],
      samples: 1,
    },
    { name: 'b_seconds', type: 'histogram', help: 'Times.', labels: ['le', 'service'], samples: 3 },
    { name: 'c', type: 'gauge', help: 'Not seen yet.', labels: [], samples: 0 },
  ]);
});

it('refuses what is no exposition', () => {
  expect(() => readExposition('orphan{a="b"} 1')).toThrow('A sample of no metric');
  expect(() => readExposition('<html> 1')).toThrow('This is no sample');
});
