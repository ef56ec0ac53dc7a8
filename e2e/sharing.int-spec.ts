import { chromium, type Browser, type Page } from 'playwright-core';
import { mediaDeleteV1, subjects } from '@shotloom/contracts';
import { freePort, waitFor } from '@shotloom/testing';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from '../services/gateway/test/gateway-fixture';
import { makeFilm } from '../services/storage/test/support/films';
import { finishedJob, type FinishedJob } from '../services/storage/test/support/shared';
import { raiseStage, type Stage } from '../services/storage/test/support/stage';

/** The doors of the gateway with the real storage behind them, as strangers, owners and attackers use them. */
jest.setTimeout(120_000);

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const GUESS = 'G'.repeat(43);
let stage: Stage;
let gateway: GatewayFixture;
let film: Buffer;
let browser: Browser;
let owner: TestUser;
let stranger: TestUser;

beforeAll(async () => {
  const port = await freePort();
  gateway = await startGateway({
    STORAGE_URL: `http://127.0.0.1:${port}`,
    STRANGER_REQUESTS_PER_SECOND: '40',
  });
  const env = {
    ...{ NATS_URL: gateway.natsUrl, PORT: String(port) },
    // As in an installation with the file store: browsers load its files from nobody but the door.
    OBJECT_STORE_PUBLIC_URL: `${gateway.url}/media`,
  };
  [stage, film] = await Promise.all([raiseStage({ env }), makeFilm()]);
  [owner, stranger] = [await gateway.addUser(), await gateway.addUser()];
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
}, 180_000);
afterAll(async () => {
  await browser.close();
  await stage.stop();
  await gateway.close();
});

type Job = FinishedJob & { readonly id: string };
const ask = (method: string, path: string, by: TestUser | null, json?: object): Promise<Answer> =>
  call(gateway, path, by, { method, ...(json ? { json } : {}) });

/** A job of the owner with a film that storage really has. */
async function job(prompt = 'a lighthouse'): Promise<Job> {
  const made = await ask('POST', '/api/v1/generate/text-to-video', owner, {
    ...{ prompt, model: 'animatic:animatic-1' },
  });
  const id = String(made.body['id']);
  const finished = await finishedJob(stage, film, { ownerUserId: owner.userId });
  gateway.backstage.finish(id, gateway.backstage.addVideo(owner, { assetId: finished.assetId }));
  return { ...finished, id };
}

/** Shares it, and gives the path of its page. */
async function share({ id }: Job, body: object = {}): Promise<string> {
  const answer = await ask('POST', `/api/v1/jobs/${id}/share`, owner, body);
  expect(answer.status).toBe(200);
  return new URL(String(answer.body['url'])).pathname;
}
/** Asked from outside: the policy of the page lets nobody wait inside it. */
const loaded = (page: Page): Promise<unknown> =>
  waitFor(() => page.evaluate('document.querySelector("video").readyState >= 1'), { what: 'the film' });
const linkOf = async (path: string): Promise<string> =>
  String((await ask('GET', `${path}/video`, null)).headers.get('location'));

it('plays in a browser for whoever has the link, without a script, a cookie or a key', async () => {
  const path = await share(await job(), { title: 'Dusk' });
  const answer = await ask('GET', path, null);
  expect(answer.status).toBe(200);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('x-robots-tag')).toBe('noindex');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // There is no console here, and so no icon.
    if (!message.location().url.endsWith('/favicon.svg')) complaints.push(message.text());
  });
  await page.goto(gateway.url + path);
  await loaded(page);
  expect(await page.evaluate('document.querySelector("video").duration')).toBeCloseTo(1, 0);
  expect(await page.evaluate('getComputedStyle(document.querySelector("main")).display')).toBe('block');
  expect(await page.title()).toBe('Dusk · Shotloom');
  expect(complaints).toEqual([]);
  await page.close();
});

it('shows hostile titles and prompts as text in a browser, and runs nothing of them', async () => {
  const hostile = `</title><script>window.hacked=1</script><img src=x onerror="window.hacked=1">'">`;
  const path = await share(await job(hostile), { title: hostile.slice(0, 110), show_prompt: true });
  const page = await browser.newPage();
  page.on('dialog', () => {
    throw new Error('a dialog was opened');
  });
  await page.goto(gateway.url + path);
  await loaded(page);
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(await page.locator('script, img, iframe, svg, object, form').count()).toBe(0);
  expect(await page.locator('.prompt').textContent()).toBe(hostile);
  expect(await page.locator('h1').textContent()).toBe(hostile.slice(0, 110));
  await page.close();
});

it('answers the same page for what is unknown, revoked, expired or misspelt', async () => {
  const [revoked, expired] = [await job(), await job()];
  const [first, second] = [await share(revoked), await share(expired, { expires_in: 60 })];
  expect((await ask('DELETE', `/api/v1/jobs/${revoked.id}/share`, owner)).status).toBe(204);
  await stage.database.sql
    .updateTable('media.shares')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .where('job_id', '=', expired.id)
    .execute();
  const seen = new Set<string>();
  for (const path of [first, second, `/s/${GUESS}`, '/s/short', "/s/'%20or%201=1--"]) {
    for (const door of ['', '/video', '/poster', '/download']) {
      const { status, text, headers } = await ask('GET', path + door, null);
      expect([path, door, status]).toEqual([path, door, 404]);
      seen.add(`${text} ${headers.get('content-type')} ${headers.get('content-security-policy')}`);
    }
  }
  expect(seen.size).toBe(1);
});

it('closes a revoked link at once, while a file that was opened before plays for an hour at most', async () => {
  const mine = await job();
  const path = await share(mine);
  const link = await linkOf(path);
  expect((await fetch(link, { headers: { range: 'bytes=0-9' } })).status).toBe(206);
  await ask('DELETE', `/api/v1/jobs/${mine.id}/share`, owner);
  for (const door of ['', '/video']) expect((await ask('GET', path + door, null)).status).toBe(404);
  // The store knows nothing of shares: its link lives until its own end.
  expect((await fetch(link, { headers: { range: 'bytes=0-9' } })).status).toBe(206);
  const ends = [...new URL(link).searchParams.values()].map(Number).filter((value) => value > 1e9);
  expect(ends.length).toBeGreaterThan(0);
  for (const end of ends) {
    const seconds = (end > 1e12 ? end / 1_000 : end) - Date.now() / 1_000;
    expect(seconds).toBeLessThanOrEqual(3_600);
  }
});

it("is not for another's job, nor for a colleague who guesses its id", async () => {
  const mine = await job();
  const path = await share(mine, { title: 'Mine' });
  for (const [method, json] of [['POST', { title: 'Stolen' }], ['GET'], ['DELETE']] as const) {
    const answer = await ask(method, `/api/v1/jobs/${mine.id}/share`, stranger, json);
    expect([method, answer.body]).toEqual([method, expect.objectContaining(problem(404, 'not_found'))]);
  }
  expect((await ask('GET', '/api/v1/shares', stranger)).body['data']).toEqual([]);
  expect((await ask('GET', path, null)).text).toContain('<h1>Mine</h1>');
});

it('is in the gallery with its doors, and gone from there with its job: no like, no comment comes late', async () => {
  const mine = await job();
  const path = await share(mine, { in_gallery: true });
  const entries = async () =>
    (await ask('GET', '/api/v1/gallery', stranger)).body['data'] as { id: string; video_url: string }[];
  const [entry] = await entries();
  if (!entry) throw new Error('The gallery is empty');
  expect(new URL(entry.video_url).pathname).toBe(`${path}/video`);
  const like = () => ask('PUT', `/api/v1/gallery/${entry.id}/like`, stranger);
  const comment = () => ask('POST', `/api/v1/gallery/${entry.id}/comments`, stranger, { text: 'Nice' });
  expect((await like()).body).toEqual({ likes: 1, liked_by_me: true });
  expect((await comment()).status).toBe(201);
  expect((await entries())[0]).toMatchObject({ likes: 1, comments: 1, liked_by_me: true });
  const { ownerUserId, attemptId } = mine.request;
  await gateway.bus.publish(
    mediaDeleteV1,
    { ownerUserId, attemptId, assetId: null, objectKeys: [] },
    { subject: subjects.mediaDelete, correlationId: mine.id },
  );
  await waitFor(async () => (await ask('GET', path, null)).status === 404, { what: 'the end of the link' });
  expect(await entries()).toEqual([]);
  for (const late of [await like(), await comment()]) {
    expect(late.body).toMatchObject(problem(404, 'not_found'));
  }
});

it('stops who tries one token after the other', async () => {
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, index) => ask('GET', `/s/${String(index).padStart(43, 'A')}`, null)),
  );
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].toSorted()).toEqual([404, 429]);
});
