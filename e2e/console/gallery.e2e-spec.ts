import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { startPlatform, type RunningPlatform } from '@shotloom/testing';
import { Api } from '../support/api';

jest.setTimeout(240_000);

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

let platform: RunningPlatform;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let link: string;
const complaints: string[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  const api = new Api(platform.runtime);
  const { asset_id: asset } = await api.upload();
  await api.completed((await api.film(asset)).id);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 860 } });
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${platform.runtime.gatewayUrl}/#key=${platform.runtime.apiKey}`);
  await at('credits').waitFor();
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

const at = (id: string) => page.getByTestId(id);

it('shares a finished film, into the gallery too, and the link plays without an account', async () => {
  await at('nav-gallery').click();
  await at('gallery-empty').waitFor();
  await at('nav-library').click();
  await at('library-item').first().click();
  await at('share').click();
  await at('share-title').fill(HOSTILE);
  await at('share-gallery').check();
  await at('share-save').click();
  link = (await at('secret').textContent()) ?? '';
  expect(link).toMatch(/\/s\/[\w-]{43}$/);
  expect(await at('share-place').textContent()).toBe('It is in the gallery.');
  const stranger = await browser.newContext();
  const seen = await stranger.newPage();
  await seen.goto(link);
  await seen.locator('video').waitFor();
  expect(await seen.locator('h1').textContent()).toBe(HOSTILE);
  expect(await seen.evaluate('window.hacked')).toBeUndefined();
  expect(await stranger.cookies()).toEqual([]);
  await stranger.close();
});

it('likes and comments by the keyboard, and what is hostile stays text', async () => {
  await page.goto(`${platform.runtime.gatewayUrl}/gallery`);
  await at('gallery-entry').focus();
  await page.keyboard.press('Enter');
  await at('gallery-like').focus();
  await page.keyboard.press('Enter');
  await page.locator('[data-testid="gallery-like"][aria-pressed="true"]').waitFor();
  expect(await at('gallery-like').textContent()).toBe('1');
  await at('comment-text').fill(HOSTILE);
  await page.keyboard.press('Enter');
  await at('comment').getByText(HOSTILE).waitFor();
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  await at('comment-delete').click();
  await at('confirm-yes').click();
  await at('comment').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await at('gallery-detail').waitFor({ state: 'detached' });
});

it('closes the link, and the film is gone from the gallery', async () => {
  await at('nav-library').click();
  await at('library-item').first().click();
  await at('share').click();
  await at('share-revoke').click();
  await at('confirm-yes').click();
  await at('secret').waitFor({ state: 'detached' });
  expect((await fetch(link)).status).toBe(404);
  await page.goto(`${platform.runtime.gatewayUrl}/gallery`);
  await at('gallery-empty').waitFor();
  expect(complaints).toEqual([]);
});
