import type { Browser, Page } from 'playwright-core';
import { startPlatform, type RunningPlatform } from '@shotloom/testing';
import { startMailSink, type MailSink } from '../../services/gateway/test/mail-sink';
import { openPage, startChromium } from './chromium';

jest.setTimeout(240_000);

const PASSWORD = 'correct horse battery staple';
const OWNER = 'owner@test.local';
const GUEST = 'guest@test.local';

let platform: RunningPlatform;
let sink: MailSink;
let browser: Browser;

beforeAll(async () => {
  sink = await startMailSink();
  const env = { SMTP_URL: sink.url, MAIL_FROM: 'Shotloom <no-reply@test.local>' };
  platform = await startPlatform({ providers: ['animatic', 'runway'], simulate: ['runway'], env });
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
  await sink.close();
});

const go = (page: Page, path: string) => page.goto(`${platform.runtime.gatewayUrl}${path}`);
async function linkIn(to: string, count: number): Promise<string> {
  const { text } = await sink.mailTo(to, count);
  return /https?:\/\/\S+#token=\S+/.exec(text)?.[0] ?? '';
}

/** A browser of its own, with somebody signed in; `mails`: how many they have had before. */
async function register(email: string, mails = 0): Promise<Page> {
  const { page } = await openPage(browser);
  await go(page, '/sign-in/register');
  await page.getByTestId('email').fill(email);
  await page.getByTestId('password').fill(PASSWORD);
  await page.getByTestId('register').click();
  await page.getByTestId('sent-mail').waitFor();
  await page.goto(await linkIn(email, mails + 1));
  await page.getByTestId('password').fill(PASSWORD);
  await page.getByTestId('verify').click();
  await page.getByTestId('credits').waitFor();
  return page;
}

it('makes an organisation, and somebody who is invited joins it and leaves it', async () => {
  const owner = await register(OWNER);
  await go(owner, '/people');
  await owner.getByTestId('organisation-name').fill('Night Shift');
  await owner.getByTestId('create-organisation').click();
  await owner.getByTestId('invite-email').fill(GUEST);
  await owner.getByTestId('limit').fill('250');
  await owner.getByTestId('invite').click();
  await owner.getByTestId('invited').waitFor();
  await owner.getByTestId('invitations').getByText(GUEST).waitFor();

  // Mails are told apart by their order: the invitation is there before the registration asks for another.
  const invitation = await linkIn(GUEST, 1);
  const guest = await register(GUEST, 1);
  await guest.goto(invitation);
  await guest.getByTestId('join').click();
  await guest.getByTestId('work-there').click();
  await guest.getByTestId('account-menu').click();
  const current = guest.locator('[data-testid=account-menu-open] [aria-current=true]');
  await current.getByText('Night Shift').waitFor();

  await owner.reload();
  const member = owner.getByTestId('member').filter({ hasText: GUEST });
  expect(await member.innerText()).toContain('250 credits a month');
  expect(await owner.getByTestId('invitations').getByText(GUEST).count()).toBe(0);

  await go(guest, '/people');
  expect(await guest.getByTestId('invite').count()).toBe(0);
  await guest.getByTestId('leave').click();
  await guest.getByTestId('confirm-yes').click();
  await guest.getByText('This is your personal account').waitFor();
  expect(await guest.getByTestId('your-accounts').getByText('Night Shift').count()).toBe(0);
});

it('keeps a key of one’s own at a provider masked, and says in words whether it works', async () => {
  const page = await register('keyholder@test.local');
  const { log } = platform;
  const key = /apiKey (\S+)/.exec(await log('simulator-runway'))?.[1] ?? '';
  expect(key).not.toBe('');
  await go(page, '/providers');
  await page.getByTestId('set-up-runway').click();
  await page.getByTestId('field-apiKey').fill(key);
  await page.getByTestId('save-provider-key').click();
  await page.getByTestId('test-connection').click();
  expect(await page.getByTestId('connection-report').innerText()).toContain('The key works.');
  expect(await page.getByTestId('field-apiKey').inputValue()).toBe('');
  expect(await page.content()).not.toContain(key);
  await page.getByTestId('remove-config').click();
  await page.getByTestId('confirm-yes').click();
  await page.getByTestId('test-connection').waitFor({ state: 'detached' });
});
