import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { samplePath, startPlatform, waitFor, type RunningPlatform } from '@shotloom/testing';
import { makeFilm } from '../../services/storage/test/support/films';
import { Api } from '../support/api';
import { openPage, startChromium } from './chromium';

/** How a file gets from a browser to the platform: dropped, pasted, chosen; paused, cut off, cancelled, and going on after a reload. */
jest.setTimeout(240_000);

const MIB = 1024 * 1024;

let platform: RunningPlatform;
let api: Api;
let browser: Browser;
let page: Page;
let line: CDPSession;
let complaints: string[];
let folder: string;
/** Offsets at which parts of uploads began. */
const offsets: number[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  api = new Api(platform.runtime);
  browser = await startChromium();
  ({ page, complaints } = await openPage(browser));
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
  });
  line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  folder = await mkdtemp(join(tmpdir(), 'clips-'));
  await page.goto(`${platform.runtime.gatewayUrl}/#key=${platform.runtime.apiKey}`);
  await at('credits').waitFor();
  await at('operation-video-to-anime').check({ force: true });
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
  await rm(folder, { recursive: true });
});

const at = (id: string) => page.getByTestId(id);
const percent = async () => Number(/(\d+)%/.exec((await at('upload-status').textContent()) ?? '')?.[1] ?? 0);
const openUploads = async () => (await api.json<{ open_uploads: number }>('/api/v1/storage')).open_uploads;
const files = async () => (await api.json<{ files: number }>('/api/v1/storage')).files;
/** Bytes a second; 0: as fast as it goes. */
const slowTo = (uploadThroughput: number) =>
  line.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: 0, uploadThroughput },
  });
const arrived = () => at('upload-status').getByText('320 × 180').waitFor({ timeout: 60_000 });

/** A film with a box in it that players pass over, so that sending it takes a while: its path. */
async function longFilm(name: string): Promise<string> {
  const box = Buffer.alloc(24 * MIB);
  box.writeUInt32BE(box.length);
  box.write('free', 4, 'latin1');
  const path = join(folder, name);
  await writeFile(path, Buffer.concat([await makeFilm(), box]));
  return path;
}

it('pauses, says how far it is, and goes on from there', async () => {
  await slowTo(3 * MIB);
  await at('file-input').setInputFiles(await longFilm('harbour.mp4'));
  await waitFor(async () => (await percent()) >= 25, { what: 'a quarter to be sent', timeoutMs: 60_000 });
  await at('pause-upload').click();
  await at('upload-status').getByText('Paused at').waitFor();
  expect(await openUploads()).toBe(1);
  await at('generate').click();
  await at('generate-hint').getByText('An upload is paused.').waitFor();
  await slowTo(0);
  offsets.length = 0;
  await at('resume-upload').click();
  await arrived();
  expect(offsets).toHaveLength(1);
  expect(offsets[0]).toBeGreaterThan(MIB);
  expect([await files(), await openUploads()]).toEqual([1, 0]);
});

it('goes on after a reload once the same file is chosen again', async () => {
  await at('remove-source').click();
  const path = await longFilm('pier.mp4');
  await slowTo(3 * MIB);
  await at('file-input').setInputFiles(path);
  await waitFor(async () => (await percent()) >= 25, { what: 'a quarter to be sent', timeoutMs: 60_000 });
  await page.reload();
  await at('unfinished-upload').getByText('pier.mp4').waitFor();
  await slowTo(0);
  offsets.length = 0;
  await at('file-input').setInputFiles(path);
  await arrived();
  expect(offsets).toHaveLength(1);
  expect(offsets[0]).toBeGreaterThan(MIB);
  await at('remove-source').click();
  expect(await at('unfinished-upload').count()).toBe(0);
});

it('says that the server is away, keeps what has arrived there, and goes on when asked', async () => {
  await slowTo(4 * MIB);
  await at('file-input').setInputFiles(await longFilm('quay.mp4'));
  await waitFor(async () => (await percent()) >= 60, { what: 'most to be sent', timeoutMs: 60_000 });
  await platform.kill('gateway');
  await at('upload-interrupted').waitFor({ timeout: 60_000 });
  await platform.restart('gateway');
  await slowTo(0);
  offsets.length = 0;
  await at('resume-upload').click();
  await arrived();
  // A process that is killed loses one piece at most.
  expect(offsets[0]).toBeGreaterThanOrEqual(8 * MIB);
});

it('cancels, here and on the server', async () => {
  await at('remove-source').click();
  const before = await openUploads();
  await slowTo(2 * MIB);
  await at('file-input').setInputFiles(await longFilm('dock.mp4'));
  await waitFor(async () => (await openUploads()) === before + 1, { what: 'the upload to be open' });
  await at('remove-source').click();
  await waitFor(async () => (await openUploads()) === before, { what: 'the upload to be given up' });
  expect(await at('upload-status').count()).toBe(0);
  await slowTo(0);
});

it('takes a picture that is dropped, and one that is pasted', async () => {
  await at('operation-image-to-video').check({ force: true });
  for (const [way, sample] of [
    ['drop', 'chelsea.png'],
    ['paste', 'coffee.png'],
  ] as const) {
    const bytes = (await readFile(samplePath(sample))).toString('base64');
    await page.evaluate(
      ({ data, name, kind }) => {
        const transfer = new DataTransfer();
        const content = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
        transfer.items.add(new File([content], name, { type: 'image/png' }));
        const zone = document.querySelector('[data-testid=drop-zone]');
        const event =
          kind === 'drop'
            ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
            : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
        (kind === 'drop' ? zone : document)?.dispatchEvent(event);
      },
      { data: bytes, name: sample, kind: way },
    );
    await at('drop-zone').getByText(sample).waitFor();
    await at('upload-status').getByText('×').waitFor();
  }
  expect(complaints).toEqual([]);
});
