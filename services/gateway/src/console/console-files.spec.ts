import { readPath } from './console-files';

describe('readPath', () => {
  it.each([
    ['/', '/'],
    ['/jobs/1?x=1', '/jobs/1'],
    ['/assets/a%20b.js', '/assets/a b.js'],
    ['/a/../b', '/b'],
    ['/../../etc/passwd', '/etc/passwd'],
  ])('reads %s as %s', (url, path) => expect(readPath(url)).toBe(path));

  it.each(['/%', '/%00', '/.env', '/a/.git/config', '/%2e%2e%5c..', 'x'])('refuses %s', (url) =>
    expect(readPath(url)).toBeNull(),
  );
});
