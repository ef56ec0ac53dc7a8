import { parseCsv } from './csv';

it.each<[string, string, string[][]]>([
  [
    'cells and lines',
    'a,b\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'a line break at the end, of any kind',
    'a,b\r\nc,d\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'empty cells',
    'a,,\n,b,',
    [
      ['a', '', ''],
      ['', 'b', ''],
    ],
  ],
  ['no empty lines', '\n\na\n\n', [['a']]],
  ['quotes, commas and line breaks within quotes', '"a ""b"", c\nd",e', [['a "b", c\nd', 'e']]],
  ['an empty quoted cell', '"",a', [['', 'a']]],
  ['a byte order mark', '\uFEFFa', [['a']]],
  ['nothing', '', []],
])('reads %s', (_, text, rows) => {
  expect(parseCsv(text)).toEqual(rows);
});

it.each([
  ['a,"b\nc', /line 1 is never closed/],
  ['a\n"b"c', /Line 2 has text after/],
  [','.repeat(200_001), /too many cells/],
])('refuses %#', (text, reason) => {
  expect(() => parseCsv(text)).toThrow(reason);
});
