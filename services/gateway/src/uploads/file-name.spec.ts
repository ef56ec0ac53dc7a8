import { cleanFileName } from './file-name';

describe('cleanFileName', () => {
  it.each([
    ['photo.jpg', 'photo.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\photo.jpg', 'photo.jpg'],
    ['/abs/olute.png', 'olute.png'],
    ['a\u0000b\r\nc.png', 'abc.png'],
    ['evil\u202egpj.exe', 'evilgpj.exe'],
    ['  spaced.png ', 'spaced.png'],
    ['照片.png', '照片.png'],
  ])('makes %j %j', (given, clean) => expect(cleanFileName(given)).toBe(clean));

  it.each([undefined, '', '/', '..', '.', 'a/..', '\u0007'])('has no name for %j', (given) =>
    expect(cleanFileName(given)).toBeNull(),
  );

  it('cuts a long name between characters', () => {
    expect(cleanFileName('😀'.repeat(300))).toBe('😀'.repeat(200));
  });
});
