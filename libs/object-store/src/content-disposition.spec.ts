import { contentDisposition } from './content-disposition';

describe('contentDisposition', () => {
  it.each([
    [undefined, 'inline'],
    ['film.mp4', 'attachment; filename="film.mp4"'],
    ['a "b" 100%.mp4', `attachment; filename="a _b_ 100_.mp4"; filename*=UTF-8''a%20%22b%22%20100%25.mp4`],
    ['映画.mp4', `attachment; filename="__.mp4"; filename*=UTF-8''%E6%98%A0%E7%94%BB.mp4`],
    ['../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
    ['a\r\nSet-Cookie: x', 'attachment; filename="a__Set-Cookie: x"'],
    ['', 'attachment; filename="download"'],
    ['\ud800.mp4', 'attachment; filename="_.mp4"'],
  ])('writes %j', (name, header) => {
    expect(contentDisposition(name)).toBe(header);
  });

  it('keeps a long name short and whole', () => {
    expect(() => encodeURIComponent(contentDisposition('😀'.repeat(1_000)))).not.toThrow();
    expect(contentDisposition('😀'.repeat(1_000)).length).toBeLessThan(2_200);
  });
});
