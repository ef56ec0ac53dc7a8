import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  extractPoster,
  extractPosters,
  probeVideo,
  runFfmpeg,
  safeInputArgs,
  tempDir,
  verifyDecodes,
  type TempDir,
} from '../src/index';
import { makeVideos, type MadeVideos } from './made-files';

// Real disks and real programs, on machines that may be busy with more.
jest.setTimeout(60_000);

let folder: TempDir;
let videos: MadeVideos;

beforeAll(async () => {
  folder = await tempDir('run-ffmpeg');
  videos = await makeVideos(folder.path);
}, 60_000);
afterAll(() => folder.dispose());

const path = (name: string): string => join(folder.path, name);
/** Never ends by itself. */
const ENDLESS = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25'];
const NOWHERE = ['-f', 'null', '-'];
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('runFfmpeg', () => {
  it('reports progress that never goes back and ends at 1', async () => {
    const seen: number[] = [];
    const args = [...(await safeInputArgs(videos.mp4)), ...X264, path('again.mp4')];
    await runFfmpeg(args, {
      timeoutMs: 30_000,
      durationSeconds: 2,
      onProgress: (fraction) => seen.push(fraction),
      threads: 1,
      niceness: 5,
    });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(await probeVideo({ path: path('again.mp4') })).toMatchObject({ frameCount: 50 });
  });

  it('reads its standard input', async () => {
    const args = ['-f', 'matroska', '-i', 'pipe:0', ...NOWHERE];
    await runFfmpeg(args, { timeoutMs: 30_000, stdin: createReadStream(videos.webm) });
  });

  it('is gone when it reports an abort', async () => {
    const abort = new AbortController();
    const args = [...ENDLESS, '-f', 'mpegts', path('endless.ts')];
    const onProgress = (): void => abort.abort();
    await expect(
      runFfmpeg(args, { timeoutMs: 30_000, signal: abort.signal, durationSeconds: 1e6, onProgress }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    const size = (await stat(path('endless.ts'))).size;
    expect((await stat(path('endless.ts'))).size).toBe(size);
  });

  it('does not start after an abort', async () => {
    const options = { timeoutMs: 30_000, signal: AbortSignal.abort() };
    await expect(runFfmpeg([...ENDLESS, path('never.ts')], options)).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(stat(path('never.ts'))).rejects.toThrow();
  });

  it('stops at its time limit', async () => {
    await expect(runFfmpeg([...ENDLESS, ...NOWHERE], { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'provider_timeout',
    });
  });

  it('stops at its size limit', async () => {
    const args = [...ENDLESS, ...X264, '-f', 'mpegts', path('large.ts')];
    await expect(runFfmpeg(args, { timeoutMs: 30_000, maxOutputBytes: 200_000 })).rejects.toMatchObject({
      code: 'payload_too_large',
    });
    expect((await stat(path('large.ts'))).size).toBeLessThan(1_000_000);
  });

  it('says what ffmpeg said', async () => {
    const failing = runFfmpeg([...ENDLESS, '-vf', 'nosuchfilter', ...NOWHERE], { timeoutMs: 30_000 });
    await expect(failing).rejects.toMatchObject({
      code: 'provider_failed',
      message: expect.stringContaining('nosuchfilter') as unknown,
    });
  });

  it('blames the input for a broken input', async () => {
    await writeFile(path('broken.mp4'), (await readFile(videos.mp4)).subarray(0, 5_000));
    const args = [...(await safeInputArgs(path('broken.mp4'))), ...NOWHERE];
    await expect(runFfmpeg(args, { timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'media_invalid' });
  });

  it('keeps no process after an error of its standard input', async () => {
    const before = process.listenerCount('exit');
    const missing = createReadStream(path('missing'));
    await expect(
      runFfmpeg(['-i', 'pipe:0', ...NOWHERE], { timeoutMs: 30_000, stdin: missing }),
    ).rejects.toThrow();
    expect(process.listenerCount('exit')).toBe(before);
    expect(isAlive(process.pid)).toBe(true);
  });
});

describe('files that others made', () => {
  let asked: string[];
  let base: string;
  const server = createServer((req, res) => {
    asked.push(req.url ?? '');
    res.end();
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => (asked = []));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const hostile: [string, () => string][] = [
    ['playlist', () => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${base}/stolen.ts\n#EXT-X-ENDLIST\n`],
    ['list of files', () => `ffconcat version 1.0\nfile '${videos.mp4}'\n`],
    [
      'DASH manifest',
      () =>
        `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>${base}/</BaseURL></MPD>`,
    ],
    ['SVG', () => `<svg xmlns="http://www.w3.org/2000/svg"><image href="${base}/x.png"/></svg>`],
  ];

  it.each(hostile)('cannot make ffmpeg open another one: a %s', async (_, content) => {
    await writeFile(path('film.mp4'), content());
    const poster = extractPoster({
      input: path('film.mp4'),
      output: path('poster.jpg'),
      atSeconds: 0,
      width: 100,
    });
    await expect(poster).rejects.toMatchObject({ code: 'media_invalid' });
    await expect(verifyDecodes(path('film.mp4'), { timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'media_invalid',
    });
    expect(asked).toEqual([]);
  });

  it('cannot do so behind the first bytes of a video either', async () => {
    const head = (await readFile(videos.mp4)).subarray(0, 32);
    await writeFile(
      path('disguised.mp4'),
      Buffer.concat([head, Buffer.from(`\n#EXTM3U\n#EXTINF:1,\n${base}/stolen.ts\n`)]),
    );
    await expect(verifyDecodes(path('disguised.mp4'), { timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'media_invalid',
    });
    expect(asked).toEqual([]);
  });

  it('may have any name', async () => {
    const odd = path(`-y "http:' $(id) %03d;.mp4`);
    await writeFile(odd, await readFile(videos.mp4));
    await verifyDecodes(odd, { timeoutMs: 30_000 });
    await extractPoster({ input: odd, output: path('%d odd.jpg'), atSeconds: 0, width: 100 });
    expect(await sharp(path('%d odd.jpg')).metadata()).toMatchObject({ format: 'jpeg' });
  });
});

describe('extractPoster', () => {
  it.each([
    ['mp4', 1, 160, { width: 160, height: 90 }],
    ['webm', 0.5, 4_000, { width: 320, height: 180 }],
    ['rotated', 1, 90, { width: 90, height: 160 }],
    ['mp4', 99, 160, { width: 160, height: 90 }],
  ] as const)('shows a %s file at %d s', async (name, atSeconds, width, size) => {
    const output = path('shown.jpg');
    await extractPoster({ input: videos[name], output, atSeconds, width });
    expect(await sharp(output).metadata()).toMatchObject({ format: 'jpeg', ...size });
    // A picture and not a grey area.
    expect((await sharp(output).stats()).entropy).toBeGreaterThan(4);
  });
});

describe('extractPosters', () => {
  const ask = (input: string, name: string, atSeconds = 1) => ({
    ...{ input, output: path(name), atSeconds, width: 160 },
  });
  const isPicture = async (name: string): Promise<boolean> =>
    (await sharp(path(name)).stats()).entropy > 4 && (await sharp(path(name)).metadata()).width === 160;

  it('shows a frame of each, also where one ends before the time', async () => {
    const asked = [
      ask(videos.mp4, 'a.jpg'),
      ask(videos.webm, 'b.jpg', 0.5),
      ask(videos.fragmented, 'c.jpg', 99),
    ];
    expect(await extractPosters(asked, {})).toEqual([undefined, undefined, undefined]);
    expect(await Promise.all(['a.jpg', 'b.jpg', 'c.jpg'].map(isPicture))).toEqual([true, true, true]);
  });

  it('lets one that is no video, or cannot be read, spoil nothing for the others', async () => {
    const [text, empty] = [path('text.mp4'), path('empty.mp4')];
    await writeFile(text, 'no video');
    await writeFile(empty, (await readFile(videos.mp4)).subarray(0, 64));
    const asked = [
      ask(videos.mp4, 'd.jpg'),
      ask(text, 'e.jpg'),
      ask(empty, 'f.jpg'),
      ask(videos.webm, 'g.jpg'),
    ];
    const [first, ...rest] = await extractPosters(asked, {});
    const failed: unknown = expect.objectContaining({ code: 'media_invalid' });
    expect([first, rest[2]]).toEqual([undefined, undefined]);
    expect(rest.slice(0, 2)).toEqual([failed, failed]);
    expect(await Promise.all(['d.jpg', 'g.jpg'].map(isPicture))).toEqual([true, true]);
  });

  it('ends with what stops it', async () => {
    const asked = [ask(videos.mp4, 'h.jpg'), ask(videos.webm, 'i.jpg')];
    const drawing = extractPosters(asked, { signal: AbortSignal.abort() });
    await expect(drawing).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('verifyDecodes', () => {
  it('passes what is whole', async () => {
    for (const name of ['mp4', 'fragmented', 'webm'] as const)
      await verifyDecodes(videos[name], { timeoutMs: 30_000 });
  });

  it('finds damage in the middle that no index shows', async () => {
    const bytes = Buffer.from(await readFile(videos.fastStart));
    bytes.fill(0xa5, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.6));
    await writeFile(path('damaged.mp4'), bytes);
    await probeVideo({ path: path('damaged.mp4') });
    await expect(verifyDecodes(path('damaged.mp4'), { timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'media_invalid',
    });
  });
});
