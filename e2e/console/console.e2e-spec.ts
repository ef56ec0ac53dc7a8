import { stat } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { samplePath, startPlatform, type RunningPlatform } from '@shotloom/testing';
import { Api } from '../support/api';
import { openPage, startChromium } from './chromium';

jest.setTimeout(240_000);

let platform: RunningPlatform;
let api: Api;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  platform = await startPlatform();
  api = new Api(platform.runtime);
  browser = await startChromium();
  ({ page, complaints } = await openPage(browser));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

const at = (id: string) => page.getByTestId(id);

it('turns a key away that opens nothing, and takes the one in the address out of sight', async () => {
  await page.goto(platform.runtime.gatewayUrl);
  await at('to-connect').click();
  await at('api-key').fill('sl_nothing');
  await page.keyboard.press('Enter');
  await at('connect-error').waitFor();
  complaints.length = 0; // the browser notes the 401 that we asked for
  await page.goto(`${platform.runtime.gatewayUrl}/#key=${platform.runtime.apiKey}`);
  await page.reload();
  await at('credits').waitFor();
  expect(page.url()).not.toContain(platform.runtime.apiKey);
});

it('makes a film from a dropped photograph while the card shows it happen', async () => {
  await at('nav-create').click();
  await at('operation-image-to-video').check({ force: true });
  await at('file-input').setInputFiles(samplePath('coffee.png'));
  await at('prompt').fill('camera slowly zooms in');
  await at('duration').fill('3');
  await at('generate').click();
  const seen = new Set<string>();
  const card = at('job-card').first();
  await card.waitFor();
  for (let status = ''; status !== 'completed';) {
    status = (await card.getAttribute('data-status')) ?? '';
    seen.add(status);
    expect(status).not.toBe('failed');
    if (status !== 'completed')
      await page.waitForFunction(
        (last) => document.querySelector('[data-testid=job-card]')?.getAttribute('data-status') !== last,
        status,
        { timeout: 120_000 },
      );
  }
  expect(seen.size).toBeGreaterThan(1);
  await at('label').first().waitFor();
});

it('plays it and seeks in it, at its real size', async () => {
  const player = at('player').first();
  await player.waitFor();
  const video = await player.evaluateHandle((node) =>
    node instanceof HTMLVideoElement ? node : node.querySelector('video'),
  );
  const facts = await video.evaluate(async (element) => {
    if (!element) throw new Error('there is no video element');
    element.muted = true;
    await element.play();
    element.pause();
    const seeked = new Promise((resolve) => element.addEventListener('seeked', resolve, { once: true }));
    element.currentTime = 2;
    await seeked;
    return {
      width: element.videoWidth,
      height: element.videoHeight,
      duration: element.duration,
      at: element.currentTime,
      error: element.error?.message,
    };
  });
  expect(facts).toMatchObject({ width: 1280, height: 720, at: 2, error: undefined });
  expect(facts.duration).toBeCloseTo(3, 1);
});

it('makes another take of it, which is a job of its own with another seed', async () => {
  const card = at('job-card').first();
  const first = await card.getAttribute('data-job');
  await at('retry').first().click();
  const taken = page.locator(`[data-testid=job-card]:not([data-job="${first}"])`);
  await taken.waitFor();
  const [before, after] = [
    await api.job(String(first)),
    await api.job(String(await taken.getAttribute('data-job'))),
  ];
  expect(after).toMatchObject({
    retry_of: before.id,
    prompt: before.prompt,
    input_asset_ids: before.input_asset_ids,
  });
  expect(after.seed).not.toBe(before.seed);
  await page.locator('[data-testid=job-card][data-status=completed]').waitFor({ timeout: 120_000 });
});

it('downloads it as a file', async () => {
  const [download] = await Promise.all([page.waitForEvent('download'), at('download').first().click()]);
  expect(download.suggestedFilename()).toMatch(/\.mp4$/);
  expect((await stat(await download.path())).size).toBeGreaterThan(10_000);
});

it('keeps it in the library, after a reload too, and deletes it there', async () => {
  await at('nav-library').click();
  await at('library-grid').waitFor();
  await page.reload();
  const { data } = await api.json<{ data: { id: string }[] }>('/api/v1/jobs');
  const [job] = data;
  const item = page.locator(`[data-testid=library-item][data-job="${job?.id}"]`);
  await item.click();
  await at('job-detail').waitFor();
  await at('delete').first().click();
  await at('confirm-delete-yes').click();
  await item.waitFor({ state: 'detached' });
  expect((await api.fetch(`/api/v1/jobs/${job?.id}`)).status).toBe(404);
});

it('says what is wrong with a file before it is sent, and with a request after', async () => {
  await at('nav-create').click();
  await at('operation-image-to-video').check({ force: true });
  await at('file-input').setInputFiles({
    name: 'notes.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('hello'),
  });
  await at('upload-error').waitFor();
  expect((await at('upload-error').innerText()).length).toBeGreaterThan(10);
});

it('speaks Chinese, turns dark, and fits a phone without sideways scrolling', async () => {
  await at('lang-switch').click();
  await page.waitForFunction(() => document.documentElement.lang.startsWith('zh'));
  await at('theme-switch').click();
  await page.setViewportSize({ width: 375, height: 740 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
});

it('does all this without a complaint of the browser, its security policy included', () => {
  expect(complaints).toEqual([]);
});
