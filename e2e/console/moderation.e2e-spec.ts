import type { Browser, Page } from 'playwright-core';
import { startPlatform, type RunningPlatform } from '@shotloom/testing';
import { Api, send } from '../support/api';
import { openPage, startChromium } from './chromium';

/** An operator judges what a user shows and says, and the user's gallery follows. */
jest.setTimeout(240_000);

const HOSTILE = '<img src=x onerror="window.hacked=1">';
const TITLE = `A lighthouse ${HOSTILE}`;
const COMMENT = `Cheap watches ${HOSTILE}`;

let platform: RunningPlatform;
let browser: Browser;
let page: Page;
let complaints: string[];
let user: Api;
let jobId: string;

beforeAll(async () => {
  platform = await startPlatform();
  const { runtime } = platform;
  user = new Api(runtime);
  const { adminEmail: email = '', adminPassword: password = '' } = runtime;
  const anonymous = new Api(runtime, '');
  const signedIn = await anonymous.post<{ access_token: string }>('/api/v1/auth/login', { email, password });
  const admin = new Api(runtime, signedIn.access_token);
  const settings = send({ gallery_entry_approval: true, gallery_comment_approval: false });
  await admin.json('/api/v1/admin/settings', { ...settings, method: 'PATCH' });
  const { asset_id: asset } = await user.upload();
  jobId = (await user.film(asset)).id;
  await user.completed(jobId);

  browser = await startChromium();
  ({ page, complaints } = await openPage(browser));
  await page.goto(`${runtime.gatewayUrl}/sign-in`);
  await at('email').fill(email);
  await at('password').fill(password);
  await at('sign-in').click();
  await at('credits').waitFor();
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

const at = (id: string) => page.getByTestId(id);
const item = (text: string) => at('moderation-item').filter({ hasText: text });
const inGallery = async () =>
  (await user.json<{ data: { id: string }[] }>('/api/v1/gallery')).data.map(({ id }) => id);
/** What a radio button of a choice is called; the button itself is out of sight. */
const choose = (group: string, value: string) => at(`${group}-${value}`).check({ force: true });

it('is for operators: nobody else finds it, or gets anything from its address', async () => {
  const other = await openPage(browser);
  await other.page.goto(`${platform.runtime.gatewayUrl}/#key=${platform.runtime.apiKey}`);
  await other.page.getByTestId('credits').waitFor();
  expect(await other.page.getByTestId('nav-moderation').count()).toBe(0);
  const asked: string[] = [];
  other.page.on('request', (request) => asked.push(request.url()));
  await other.page.goto(`${platform.runtime.gatewayUrl}/moderation`);
  await other.page.getByTestId('moderation-forbidden').waitFor();
  expect(asked.filter((url) => url.includes('/admin/'))).toEqual([]);
  await other.page.context().close();
});

it('has nothing to decide at first, and shows what comes to wait, where it plays', async () => {
  await at('nav-moderation').click();
  await at('moderation-empty').waitFor();
  await user.post(`/api/v1/jobs/${jobId}/share`, { title: TITLE, in_gallery: true });
  await page.reload();
  await item(TITLE).waitFor();
  expect(await inGallery()).toEqual([]);
  const played = await item(TITLE)
    .locator('video')
    .evaluate(async (video: HTMLVideoElement) => {
      video.muted = true;
      await video.play();
      video.pause();
      return video.videoWidth;
    });
  expect(played).toBe(1280);
});

it('approves by the keyboard alone, and the focus stays in the list', async () => {
  await item(TITLE).getByTestId('decide-approve').focus();
  await page.keyboard.press('Enter');
  await at('decide-reason').waitFor();
  await page.keyboard.press('Enter');
  await at('moderation-decided').waitFor();
  await at('moderation-empty').waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'moderation-list');
  expect(await inGallery()).toHaveLength(1);
});

it('shows why a comment was reported, wants a reason, and removes it', async () => {
  const [entry] = await inGallery();
  await user.post(`/api/v1/gallery/${entry}/comments`, { text: COMMENT });
  await page.goto(`${platform.runtime.gatewayUrl}/gallery`);
  await at('gallery-entry').click();
  await at('comment').getByTestId('report').click();
  await at('report-reason').fill('It sells watches.');
  await at('report-send').click();
  await at('report-sent').waitFor();

  await page.goto(`${platform.runtime.gatewayUrl}/moderation`);
  await choose('moderation-kind', 'comment');
  await item(COMMENT).getByText('It sells watches.').waitFor();
  await item(COMMENT).getByTestId('decide-take_down').click();
  expect(await at('decide-yes').isDisabled()).toBe(true);
  await at('decide-reason').fill('advertising');
  await at('decide-yes').click();
  await item(COMMENT).waitFor({ state: 'detached' });
  const comments = await user.json<{ data: unknown[] }>(`/api/v1/gallery/${entry}/comments`);
  expect(comments.data).toEqual([]);
});

it('takes a video down with its link, and brings it back', async () => {
  const { url } = await user.json<{ url: string }>(`/api/v1/jobs/${jobId}/share`);
  const [entry] = await inGallery();
  await page.goto(`${platform.runtime.gatewayUrl}/gallery`);
  await at('gallery-entry').click();
  await at('gallery-detail').getByTestId('report').click();
  await at('report-reason').fill('That is my lighthouse.');
  await at('report-send').click();
  await at('report-sent').waitFor();
  await page.goto(`${platform.runtime.gatewayUrl}/moderation`);
  await item(TITLE).getByTestId('decide-take_down').click();
  await at('decide-reason').fill('not theirs to show');
  await at('decide-yes').click();
  await at('moderation-empty').waitFor();
  expect((await fetch(url)).status).toBe(404);
  expect(await inGallery()).toEqual([]);

  await choose('moderation-state', 'removed');
  await item(TITLE).getByText('Its link is closed.').waitFor();
  await item(TITLE).getByTestId('decide-approve').click();
  await at('decide-yes').click();
  await item(TITLE).waitFor({ state: 'detached' });
  expect(await inGallery()).toEqual([entry]);
});

it('lets nothing of all this run, and fits a phone', async () => {
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  await page.setViewportSize({ width: 375, height: 740 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
});
