import { maskSecret } from './mask-secret';

it.each([
  ['sk-0123456789abcdefx4KR', 'sk-****x4KR'],
  ['AKLT0123456789abcdef', '****cdef'],
  ['key_0123456789abcdef', 'key_****cdef'],
  ['verylongprefix-0123456789', '****6789'],
  ['sk-0123456789ab', '****'],
  ['', '****'],
])('shows %j as %j', (secret, shown) => expect(maskSecret(secret)).toBe(shown));
