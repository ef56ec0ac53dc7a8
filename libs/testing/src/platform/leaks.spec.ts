import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash, randomBytes } from 'node:crypto';
import { findLeaks, leaksOf, rememberSecret, writingsOf } from './leaks';

const token = (): string => randomBytes(32).toString('base64url');
const NONE: ReadonlyMap<string, string> = new Map();

it.each([
  ['an API key', `sl_0123456789abcdef_${'aB3'.repeat(14)}x`],
  ['a ticket', `ws?x tk_${token()}`],
  ['an invitation', `"in_${token()}"`],
  ['a signed token', 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.abcdefghijklmnopqrstuvwxyz'],
  ['a key of Stripe', 'whsec_0123456789abcdef'],
  ['a token or signature', `{"x":"${'aB3'.repeat(14)}x"}`],
  ['a signature in an address', '/media/a.mp4?expires=1&sig=0123456789abcdef'],
  ['a password in an address', 'postgres://user:hunter22@127.0.0.1:5432/x'],
  ['an Authorization header', 'authorization: Basic dXNlcjpwYXNzd29yZDEyMw=='],
])('finds %s by its shape', (what, line) => {
  expect(leaksOf(line, NONE)).toContain(what);
});

it('takes what logs are full of for no secret', () => {
  const id = '019aa000-0000-7000-8000-000000000001';
  const hash = createHash('sha256').update('x').digest('hex');
  for (const line of [
    `{"requestId":"${id}","path":"/api/v1/jobs/${id}/video","durationMs":1.5}`,
    `{"sha256":"${hash}","key":"attempts/${id}/1/original.mp4"}`,
    '{"url":"http://127.0.0.1:4000/media?sig=[redacted]","scheme":"Bearer"}',
    'postgres://127.0.0.1:5432/shotloom',
    `at Object.<anonymous> (/srv/node_modules/@nestjs/core/router/router-execution-context.js:38:19)`,
  ]) {
    expect([line, leaksOf(line, NONE)]).toEqual([line, []]);
  }
});

it('knows a secret in every way that it may be written, and shows none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leaks-'));
  const secret = rememberSecret('pass "word" & more', 'a password');
  expect(writingsOf(secret)).toHaveLength(4);
  const lines = ['nothing', ...writingsOf(secret).map((text) => `{"body":"${text}"}`)];
  await writeFile(join(folder, 'gateway.log'), lines.join('\n'));
  const leaks = await findLeaks(folder);
  await rm(folder, { recursive: true });
  expect(leaks).toEqual([2, 3, 4, 5].map((line) => ({ file: 'gateway.log', line, what: 'a password' })));
});
