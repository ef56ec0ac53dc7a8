import { readAddress } from './address';
import { readCredential } from './credential';

const none = new URLSearchParams();

describe('readCredential', () => {
  it('takes a key from the Authorization header', () => {
    expect(readCredential({ authorization: 'bearer sl_1' }, none)).toEqual({
      kind: 'api_key',
      value: 'sl_1',
    });
  });

  it('takes a key from the second subprotocol, where browsers can put one', () => {
    const headers = { 'sec-websocket-protocol': 'shotloom.v1, shotloom.key.sl_2' };
    expect(readCredential(headers, none)).toEqual({ kind: 'api_key', value: 'sl_2' });
  });

  it('takes a ticket from the address', () => {
    expect(readCredential({}, new URLSearchParams('ticket=t3'))).toEqual({ kind: 'ticket', value: 't3' });
  });

  const cookie = '__Host-shotloom-access=a.b.c; shotloom-access=d.e.f';
  const ours = 'https://video.example';

  it('takes an access token for a session', () => {
    expect(readCredential({ authorization: 'Bearer a.b.c' }, none)).toEqual({
      kind: 'session',
      value: 'a.b.c',
    });
  });

  it('takes the cookie of a page of ours: the one with the prefix, unless there is no TLS', () => {
    expect(readCredential({ cookie, origin: ours }, none, ours)?.value).toBe('a.b.c');
    expect(readCredential({ cookie, origin: 'http://x:1', host: 'x:1' }, none, 'http://x:1')?.value).toBe(
      'd.e.f',
    );
    expect(readCredential({ cookie, origin: 'https://evil.example', host: 'x' }, none, ours)).toBeUndefined();
    expect(readCredential({ cookie, authorization: 'Basic x' }, none, ours)).toBeUndefined();
  });

  it.each([
    [{}, 'api_key=sl_1'],
    [{ authorization: 'Basic dXNlcjpwYXNz' }, ''],
    [{ 'sec-websocket-protocol': 'shotloom.v1' }, ''],
    [{ 'sec-websocket-protocol': 'shotloom.key.' }, ''],
    [{ authorization: `Bearer ${'x'.repeat(501)}` }, ''],
  ])('finds none in %j with the query %p', (headers, query) => {
    expect(readCredential(headers, new URLSearchParams(query))).toBeUndefined();
  });
});

describe('readAddress', () => {
  it.each([
    '/ws/jobs/0192f000-0000-7000-8000-00000000000a',
    '/ws/jobs/0192f000-0000-7000-8000-00000000000a/',
    '/ws/jobs/0192f000-0000-7000-8000-00000000000a?ticket=t',
  ])('reads %s', (url) => {
    expect(readAddress(url)?.id).toBe('0192f000-0000-7000-8000-00000000000a');
  });

  it.each([undefined, '/', '/ws/jobs/', '/ws/jobs/a/b', '/ws/jobs/a%2fb', '/ws/jobs/..', '/x/ws/jobs/a'])(
    'refuses %p',
    (url) => {
      expect(readAddress(url)).toBeUndefined();
    },
  );
});
