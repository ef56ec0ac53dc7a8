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
  ['\t=1', "'\t=1"],
  ['＝1', "'＝1"],
  [-1, '-1'],
  [null, ''],
])('writes %j as %j', (value, cell) => {
  expect(toCell(value)).toBe(cell);
});
