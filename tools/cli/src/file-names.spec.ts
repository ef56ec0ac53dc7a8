import { basename, join, relative, win32 } from 'node:path';
import { safeName, videosOf } from './file-names';

const item = (row: number, key: string | null, jobs = 1) => ({
  ...{ row, key },
  job_ids: Array.from({ length: jobs }, (_, index) => `job-${row}-${index}`),
});
const namesOf = (items: ReturnType<typeof item>[]): string[] =>
  videosOf({ items, rows: items.length }).map(({ fileName }) => fileName);

it('names a video by its key, or by the number of its row, and numbers variants', () => {
  expect(namesOf([item(0, 'Szene 1.0'), item(1, null), item(2, '灯台', 2)])).toEqual([
    ...['Szene_1.0.mp4', 'row-2.mp4', '灯台-1.mp4', '灯台-2.mp4'],
  ]);
  expect(namesOf(Array.from({ length: 10 }, (_, row) => item(row, null)))).toContain('row-01.mp4');
});

it('gives no two videos one name, whatever a file system makes of letters', () => {
  const keys = ['a', 'A', 'a/', '\u00e9', 'e\u0301', 'row-1', '../a', 'a-row-3', 'ﬁ', 'fi', 'b-1'];
  const names = namesOf([...keys.map((key, row) => item(row, key)), item(11, 'b', 2), item(12, null)]);
  const alike = names.map((name) => name.normalize('NFKC').toLowerCase());
  expect(new Set(alike).size).toBe(names.length);
  expect(names).toHaveLength(14);
  expect(names[0]).toBe('a.mp4');
});

it.each([
  '../../x',
  '..',
  '.',
  '/etc/passwd',
  'C:\\Windows\\x',
  '..\\..\\x',
  '.bashrc',
  '-rf',
  'CON',
  'nul.txt',
  'Com1.a.b',
  'LPT²',
  '\u0301x',
  'a\u0000b',
  'a\nb',
  '\u001b[2J',
  '\u202Egpj.exe',
  'x:stream',
  'x. . .',
  '*?"<>|',
  '~',
  '灯'.repeat(100),
  '\ud800',
  '\u{1F3AC}'.repeat(100),
])('keeps %j inside the folder, as a plain name', (key) => {
  const [name = ''] = namesOf([item(0, key)]);
  expect(name).toMatch(/^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._-]*\.mp4$/u);
  expect(name).not.toMatch(/^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])\./i);
  expect(Buffer.byteLength(name)).toBeLessThan(140);
  expect(relative('/videos', join('/videos', name))).toBe(basename(name));
  expect(win32.relative('C:\\videos', win32.join('C:\\videos', name))).toBe(name);
  expect(name.isWellFormed()).toBe(true);
});

it('leaves a name that is good as it is', () => {
  expect(safeName('shot-1.0_b')).toBe('shot-1.0_b');
  expect(safeName('../..')).toBe('');
});
