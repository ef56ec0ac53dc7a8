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
