import type { Browser, Page } from 'playwright-core';
import { startPlatform, type RunningPlatform } from '@shotloom/testing';
import { startMailSink, type MailSink } from '../../services/gateway/test/mail-sink';
import { openPage, startChromium } from './chromium';

jest.setTimeout(240_000);

const EMAIL = 'ada@test.local';
const PASSWORD = 'correct horse battery staple';
const NEW_PASSWORD = 'another horse, another battery';

let platform: RunningPlatform;
let sink: MailSink;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  sink = await startMailSink();
  const env = { SMTP_URL: sink.url, MAIL_FROM: 'Shotloom <no-reply@test.local>' };
  platform = await startPlatform({ simulate: ['stripe'], env });
  browser = await startChromium();
  ({ page } = await openPage(browser));
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
  await sink.close();
});

const at = (id: string) => page.getByTestId(id);
const go = (path: string) => page.goto(`${platform.runtime.gatewayUrl}${path}`);
/** The link in the mail, as somebody clicks on it. */
async function linkIn(count: number): Promise<string> {
  const { text } = await sink.mailTo(EMAIL, count);
  return /https?:\/\/\S+#token=\S+/.exec(text)?.[0] ?? '';
}
async function signIn(password: string): Promise<void> {
  await at('email').fill(EMAIL);
  await at('password').fill(password);
  await at('sign-in').click();
}

it('registers, and opens the account with the link of the mail and the password', async () => {
  await go('/sign-in/register');
  await at('email').fill(EMAIL);
  await at('password').fill(PASSWORD);
  await at('register').click();
  await at('sent-mail').waitFor();
  await page.goto(await linkIn(1));
  await at('password').fill(PASSWORD);
  await at('verify').click();
  await at('credits').waitFor();
  expect(page.url()).not.toContain('token');
});

it('makes an API key that is shown once', async () => {
  await go('/account/keys');
  await at('key-name').fill('render farm');
  await at('key-create').click();
  expect(await at('secret').innerText()).toMatch(/^sl_/);
  await at('key-copied').click();
  await page.reload();
  await at('keys').getByText('render farm').waitFor();
  expect(await at('secret').count()).toBe(0);
});

it('buys credits and says so when the browser comes back from Stripe', async () => {
  await go('/billing');
  await at('buy-credits-500').click();
  await page.getByRole('button', { name: 'Pay' }).click();
  await at('checkout-paid').waitFor();
  expect(new URL(page.url()).pathname).toBe('/billing');
  await page.waitForFunction(() => document.querySelector('[data-testid=credits]')?.textContent === '500');
});

it('forgets everything at sign-out, leads a stranger to sign in, and brings them back to a path of ours', async () => {
  await at('sign-out').click();
  await at('sign-in').waitFor();
  const kept = await page.evaluate(() => Object.keys({ ...localStorage, ...sessionStorage }));
  expect(kept.filter((key) => key.startsWith('shotloom.'))).toEqual([]);
  await go('/billing');
  await signIn(PASSWORD);
  await at('subscription').waitFor();
  await at('sign-out').click();
  await at('sign-in').waitFor();
  await go('/sign-in?return_to=//evil.example/');
  await signIn(PASSWORD);
  await at('credits').waitFor();
  expect(new URL(page.url()).origin).toBe(platform.runtime.gatewayUrl);
  await at('sign-out').click();
});

it('resets a forgotten password by a link', async () => {
  await go('/sign-in/forgot');
  await at('email').fill(EMAIL);
  await at('forgot').click();
  await at('sent-mail').waitFor();
  await page.goto(await linkIn(2));
  await at('password').fill(NEW_PASSWORD);
  await at('reset').click();
  await at('sign-in').waitFor();
  await signIn(NEW_PASSWORD);
  await at('credits').waitFor();
});
