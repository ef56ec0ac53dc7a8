import { callbackUrl, signCallback, verifyCallback } from './callback-url';

const SECRET = 'a secret of at least thirty-two characters';
const ATTEMPT = '019aa000-0000-7000-8000-000000000001';
const good = signCallback(SECRET, 'kling', ATTEMPT);

it('knows its own signature, and it fits into an address as it is', () => {
  expect(good).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(verifyCallback(SECRET, 'kling', ATTEMPT, good)).toBe(true);
});

it.each<[string, string, string, string, string]>([
  ['another secret', `${SECRET}.`, 'kling', ATTEMPT, good],
  ['another provider', SECRET, 'hailuo', ATTEMPT, good],
  ['another attempt', SECRET, 'kling', ATTEMPT.replace(/1$/, '2'), good],
  ['a character less', SECRET, 'kling', ATTEMPT, good.slice(0, -1)],
  ['a character more', SECRET, 'kling', ATTEMPT, `${good}A`],
  ['other bytes of the same meaning', SECRET, 'kling', ATTEMPT, `${good}=`],
  ['nothing', SECRET, 'kling', ATTEMPT, ''],
  ['letters of two bytes', SECRET, 'kling', ATTEMPT, 'é'.repeat(43)],
])('refuses a signature with %s', (_, secret, provider, attemptId, signature) => {
  expect(verifyCallback(secret, provider, attemptId, signature)).toBe(false);
});

it.each(['https://video.example', 'https://video.example/', 'https://video.example/base//'])(
  'makes an address below %s that can be verified',
  (publicUrl) => {
    const url = new URL(callbackUrl(publicUrl, SECRET, 'kling', ATTEMPT));
    expect(url.pathname).toMatch(/^(\/base)?\/webhooks\/kling$/);
    expect(url.searchParams.get('attempt')).toBe(ATTEMPT);
    expect(verifyCallback(SECRET, 'kling', ATTEMPT, url.searchParams.get('sig') ?? '')).toBe(true);
  },
);
