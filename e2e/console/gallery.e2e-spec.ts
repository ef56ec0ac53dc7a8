import type { Browser, Page } from 'playwright-core';
import { startPlatform, type RunningPlatform } from '@shotloom/testing';
import { Api } from '../support/api';
import { openPage, startChromium } from './chromium';

jest.setTimeout(240_000);

const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

let platform: RunningPlatform;
let browser: Browser;
let page: Page;
let link: string;
let complaints: string[];

beforeAll(async () => {
  platform = await startPlatform();
  const api = new Api(platform.runtime);
  const { asset_id: asset } = await api.upload();
  const { id } = await api.film(asset, { duration: 3 });
  // What moves is made after the film.
  await api.until(id, 'looked through', ({ output }) => Boolean(output?.preview_url && output.spritesheet));
  browser = await startChromium();
  ({ page, complaints } = await openPage(browser));
  await page.goto(`${platform.runtime.gatewayUrl}/#key=${platform.runtime.apiKey}`);
  await at('credits').waitFor();
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

const at = (id: string) => page.getByTestId(id);

it('moves its still under the pointer and the focus, and shows the moment that the pointer asks for', async () => {
  await at('nav-library').click();
  const tile = at('library-item').first();
  await tile.locator('img').waitFor();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  expect(await at('moving-preview').count()).toBe(0);
  await tile.hover({ position: { x: 60, y: 30 } });
  await at('moving-preview').waitFor();
  await page.waitForFunction(() => {
    const preview = document.querySelector('[data-testid=moving-preview]');
    return preview instanceof HTMLImageElement && preview.complete && preview.naturalWidth > 0;
  });
  const box = await tile.boundingBox();
  if (!box) throw new Error('the tile is not there');
  const frames: number[] = [];
  for (const part of [0.05, 0.95]) {
    await page.mouse.move(box.x + box.width * part, box.y + (box.width / 16) * 9);
    await at('scrubbed').waitFor();
    frames.push(Number(await at('scrubbed').getAttribute('data-frame')));
  }
  expect(frames[1]).toBeGreaterThan(frames[0] ?? 0);
  await page.mouse.move(0, 0);
  await at('moving-preview').waitFor({ state: 'detached' });
  await page.keyboard.press('Tab');
  await tile.focus();
  await at('moving-preview').waitFor();
  expect(asked.filter((url) => url.includes('.mp4'))).toEqual([]);
});

it('keeps still for those who want that, and lets them look through all the same', async () => {
  const calm = await openPage(browser, { reducedMotion: 'reduce' });
  await calm.page.goto(`${platform.runtime.gatewayUrl}/#key=${platform.runtime.apiKey}`);
  await calm.page.getByTestId('credits').waitFor();
  await calm.page.goto(`${platform.runtime.gatewayUrl}/library`);
  const tile = calm.page.getByTestId('library-item').first();
  await tile.locator('img').waitFor();
  await tile.hover({ position: { x: 60, y: 140 } });
  await calm.page.getByTestId('scrubbed').waitFor();
  expect(await calm.page.getByTestId('moving-preview').count()).toBe(0);
  expect(await tile.locator('video').count()).toBe(0);
  await calm.page.context().close();
});

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
