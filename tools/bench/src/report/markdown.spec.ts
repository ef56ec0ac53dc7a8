import { compare } from '../measure/compare';
import type { BenchReport } from '../results';
import { figure, toMarkdown } from './markdown';
import { insertFigures } from './save';

const REPORT: BenchReport = {
  startedAt: '2026-11-26T10:00:00.000Z',
  revision: 'abc',
  quick: false,
  machine: { cpu: 'X', cores: 2, memoryGiB: 8, kernel: '6', node: '24', postgres: '17', nats: '2.9' },
  scenarios: [
    {
      name: 'accept',
      title: 'Accepted jobs',
      ratios: [
        compare({ key: 'a', what: 'Accepted', against: 'raw', unit: 'jobs/s', atLeast: 0.5 }, [
          { measured: 100, reference: 200 },
          { measured: 10, reference: 100 },
          { measured: 90, reference: 100 },
        ]),
      ],
      tables: [{ title: 'CPU', head: ['process', 'ms'], rows: [['gateway', '1']] }],
      notes: ['A note.'],
      seconds: 1,
      busyBefore: 0.02,
    },
  ],
};

it('takes the median of the ratios of the rounds', () => {
  expect(REPORT.scenarios[0]?.ratios[0]).toMatchObject({
    ratio: 0.5,
    reached: true,
    aim: '>= 0.5',
    measured: 90,
  });
  const slower = compare({ key: 'b', what: '', against: '', unit: '', atMost: 1.2 }, [
    { measured: 3, reference: 2 },
  ]);
  expect(slower).toMatchObject({ ratio: 1.5, reached: false });
});

it('writes ratios, tables and notes with the facts of the machine', () => {
  const text = toMarkdown(REPORT);
  expect(text).toContain('2026-11-26 at revision abc: 2 cores (X)');
  expect(text).toContain(
    '| Accepted | 90 jobs/s | raw | 100 jobs/s | 0.50 | 0.50, 0.10, 0.90 | >= 0.5: reached |',
  );
  expect(text).toContain('2 % of the cores were busy with other work just before.');
  expect(text).toContain('- A note.');
  expect(text).toContain('CPU:\n\n| process | ms |\n| --- | --- |\n| gateway | 1 |');
});

it('shows three digits', () => {
  expect([figure(12_345.6), figure(123.45), figure(0.012345), figure(0)]).toEqual([
    '12346',
    '123',
    '0.0123',
    '0',
  ]);
});

it('says when others used the machine', () => {
  const [accept] = REPORT.scenarios;
  const shared = { ...REPORT, scenarios: accept ? [{ ...accept, busyBefore: 0.5 }] : [] };
  expect(toMarkdown(shared)).toContain(
    '50 % of the cores were busy with other work just before: the machine',
  );
});

it('replaces the figures of what was run, and leaves all else', () => {
  const page = 'before\n<!-- figures -->\n\nNothing yet.\n\n<!-- end of figures -->\nafter\n';
  const first = insertFigures(
    page,
    new Map([
      ['A', '### A\n\nold'],
      ['B', '### B\n\nkept'],
    ]),
  );
  const second = insertFigures(first, new Map([['A', '### A\n\nnew']]));
  expect(second).toBe(
    'before\n<!-- figures -->\n\n### A\n\nnew\n\n### B\n\nkept\n\n<!-- end of figures -->\nafter\n',
  );
  expect(() => insertFigures('nothing', new Map())).toThrow('marks');
});
