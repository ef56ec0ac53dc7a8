import { readSignedUrl, writeSignedUrl, type UrlGrant } from './signed-url';

const SECRET = 'a secret that is long enough';
const NOW = new Date('2026-01-01T00:00:00Z');
const grant: UrlGrant = {
  method: 'PUT',
  bucket: 'media',
  key: 'a/b.png',
  expires: NOW.getTime() / 1000 + 60,
  contentType: 'image/png',
  maxBytes: 100,
  downloadName: 'b & c.png',
};
const signed = new URL(writeSignedUrl(grant, 'http://127.0.0.1/media/', SECRET));
const read = (query: URLSearchParams, over: Partial<UrlGrant> = {}, secret = SECRET, now = NOW) =>
  readSignedUrl({ method: 'PUT', bucket: 'media', key: 'a/b.png', ...over, query }, secret, now);

describe('signed URLs', () => {
  it('carry their grant', () => {
    expect(signed.pathname).toBe('/media/media/a/b.png');
    expect(read(signed.searchParams)).toEqual(grant);
  });

  it.each([
    ['another method', { method: 'GET' as const }],
    ['another bucket', { bucket: 'other' }],
    ['another key', { key: 'a/c.png' }],
  ])('are not valid for %s', (_, over) => {
    expect(read(signed.searchParams, over)).toBeUndefined();
  });

  it.each(['expires', 'type', 'max', 'name', 'signature'])(
    'are not valid with another, an extra or no %s',
    (name) => {
      for (const value of ['', '1', '99999999999', 'x']) {
        const changed = new URLSearchParams(signed.searchParams);
        changed.set(name, value);
        expect(read(changed)).toBeUndefined();
      }
      const shorter = new URLSearchParams(signed.searchParams);
      shorter.delete(name);
      expect(read(shorter)).toBeUndefined();
    },
  );

  it('are not valid with another secret, nor from the second on at which they expire', () => {
    expect(read(signed.searchParams, {}, 'another secret that is long')).toBeUndefined();
    expect(read(signed.searchParams, {}, SECRET, new Date(NOW.getTime() + 59_999))).toBeDefined();
    expect(read(signed.searchParams, {}, SECRET, new Date(NOW.getTime() + 60_000))).toBeUndefined();
  });
});
