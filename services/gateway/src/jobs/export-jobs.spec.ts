import { toCell } from './export-jobs';

it.each([
  ['a quiet sea', 'a quiet sea'],
  ['one, two', '"one, two"'],
  ['she said "go"', '"she said ""go"""'],
  ['two\nlines', '"two\nlines"'],
  ['=HYPERLINK("http://evil.example")', `"'=HYPERLINK(""http://evil.example"")"`],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', `"'\t'=1"`],
  ['a pier; quiet', '"a pier; quiet"'],
  ['a pier;=HYPERLINK("http://evil.example")', `"a pier;'=HYPERLINK(""http://evil.example"")"`],
  ['a pier\n=1+1', `"a pier\n'=1+1"`],
  ['a pier|@SUM(A1)', `"a pier|'@SUM(A1)"`],
  ['half-open, 2 + 2 = 4', '"half-open, 2 + 2 = 4"'],
  ['＝1', "'＝1"],
  [-1, '-1'],
  [null, ''],
])('writes %j as %j', (value, cell) => {
  expect(toCell(value)).toBe(cell);
});
