import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { startPlatform, type RunningPlatform } from '@shotloom/testing';
import { Receiver, verify } from '../../services/webhooks/test/support/receiver';
import { openPage, startChromium } from './chromium';

/** The webhooks room against the real services and a receiver that checks every signature with the official package. */
jest.setTimeout(240_000);

let platform: RunningPlatform;
let receiver: Receiver;
let browser: Browser;
let page: Page;
let complaints: string[];
const secrets = new Map<string, string>();

beforeAll(async () => {
  receiver = await Receiver.open();
  platform = await startPlatform({ env: { WEBHOOK_ALLOW_PRIVATE: `127.0.0.1:${receiver.port}` } });
  browser = await startChromium();
  ({ page, complaints } = await openPage(browser));
  await page.goto(`${platform.runtime.gatewayUrl}/#key=${platform.runtime.apiKey}`);
  await at('credits').waitFor();
  await page.goto(`${platform.runtime.gatewayUrl}/account/webhooks`);
  await at('webhooks-room').waitFor();
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
  await receiver.close();
});

const at = (id: string) => page.getByTestId(id);
const rowOf = (path: string) =>
  at('webhooks')
    .locator('li')
    .filter({ hasText: receiver.url(path) });
const secretOf = (path: string) =>
  page.locator('[data-testid^="secret-of-"]').filter({ hasText: receiver.url(path) });
const shownFor = async (path: string) => (await secretOf(path).getByTestId('secret').textContent()) ?? '';
const confirm = async () => {
  await at('confirm-yes').click();
  await at('confirm').waitFor({ state: 'detached' });
};

/** Fills the form and sends it by the keyboard. */
async function make(path: string): Promise<void> {
  await at('webhook-url').fill(receiver.url(path));
  await at('webhook-events').selectOption('all');
  await at('webhook-url').press('Enter');
  await secretOf(path).waitFor();
  secrets.set(path, await shownFor(path));
}

it('says which address it does not take, and why', async () => {
  await at('webhooks-room').getByText('No webhooks yet.').waitFor();
  await at('webhook-url').fill('http://127.0.0.1:1/inside');
  await at('webhook-create').click();
  await at('webhook-error').waitFor();
  expect(await at('webhook-url').getAttribute('aria-invalid')).toBe('true');
});

it('shows the secret of a new webhook once, and puts the focus on it', async () => {
  await make('/first');
  expect(secrets.get('/first')).toMatch(/^whsec_/);
  const focused = await page.evaluate(() => document.activeElement?.textContent);
  expect(focused).toContain(secrets.get('/first'));
  expect(await at('webhook-url').inputValue()).toBe('');
  await page.reload();
  await rowOf('/first').waitFor();
  expect(await at('secret').count()).toBe(0);
});

it('keeps a secret on the page while other webhooks are made, rotated and deleted', async () => {
  await make('/kept');
  await make('/other');
  expect([await shownFor('/kept'), await shownFor('/other')]).toEqual([
    secrets.get('/kept'),
    secrets.get('/other'),
  ]);
  await rowOf('/first').getByTestId('webhook-rotate').click();
  await confirm();
  await secretOf('/first').waitFor();
  const rotated = await shownFor('/first');
  expect(rotated).not.toBe(secrets.get('/first'));
  secrets.set('/rotated', rotated);
  await rowOf('/first').getByText('The old secret signs too').waitFor();
  await rowOf('/other').getByTestId('webhook-delete').click();
  await confirm();
  await rowOf('/other').waitFor({ state: 'detached' });
  expect(await secretOf('/other').count()).toBe(0);
  expect(await shownFor('/kept')).toBe(secrets.get('/kept'));
  await secretOf('/kept').getByRole('button', { name: 'I have copied it' }).click();
  expect(await secretOf('/kept').count()).toBe(0);
  expect(await shownFor('/first')).toBe(rotated);
});

it('sends a test that both secrets sign, lists it, and sends it again with the same id', async () => {
  await rowOf('/first').getByTestId('webhook-test').click();
  const [received] = await receiver.count('/first', 1);
  if (!received) throw new Error('nothing came');
  for (const secret of ['/first', '/rotated']) {
    expect(verify(String(secrets.get(secret)), received)).toMatchObject({ type: 'webhook.test' });
  }
  const delivered = at('deliveries').getByTestId('delivery-delivered');
  await delivered.getByText('answered 204').waitFor();
  await delivered.getByTestId('delivery-redeliver').click();
  const both = await receiver.count('/first', 2);
  expect(new Set(both.map(({ id }) => id)).size).toBe(1);
});

it('says why a webhook was switched off by the platform, and sends what failed once it is on again', async () => {
  receiver.answer('/kept', (response) => response.writeHead(410).end('no more of this'));
  await rowOf('/kept').getByTestId('webhook-test').click();
  await receiver.count('/kept', 1);
  await at('webhook-disabled').waitFor();
  expect(await at('webhook-disabled').innerText()).toContain('your server answered 410');
  await at('deliveries').getByTestId('delivery-failed').getByText('no more of this').waitFor();
  expect(await at('delivery-redeliver').count()).toBe(0);

  receiver.answer('/kept', (response) => response.writeHead(204).end());
  await rowOf('/kept').getByTestId('webhook-switch').click();
  await at('webhook-disabled').waitFor({ state: 'detached' });
  await at('redeliver-failed').click();
  await at('redelivered').waitFor();
  await receiver.count('/kept', 2);
  await at('deliveries').getByTestId('delivery-delivered').waitFor();
});

it('shows the secret for single jobs when it is asked for, and rotates it', async () => {
  expect(await at('signing-secret').getByTestId('secret').count()).toBe(0);
  await at('signing-show').click();
  const first = await at('signing-secret').getByTestId('secret').innerText();
  expect(first).toMatch(/^whsec_/);
  await at('signing-rotate').click();
  await confirm();
  await at('signing-old').waitFor();
  const second = await at('signing-secret').getByTestId('secret').innerText();
  expect(second).not.toBe(first);
  await at('signing-hide').click();
  expect(await page.content()).not.toContain(second);
  const path = `/job-${randomUUID()}`;
  const made = await fetch(`${platform.runtime.gatewayUrl}/api/v1/generate/text-to-video`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${platform.runtime.apiKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ prompt: 'a boat at dawn', duration: 1, webhook_url: receiver.url(path) }),
  });
  expect(made.status).toBe(202);
  const [received] = await receiver.count(path, 1);
  if (!received) throw new Error('nothing came');
  for (const secret of [first, second]) expect(verify(secret, received)).toBeDefined();
});

it('fits a phone, and does all this without a complaint of the browser', async () => {
  await page.setViewportSize({ width: 375, height: 740 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
});
