import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SocketMessage } from '@shotloom/contracts';
import { startPlatform, waitFor, type RunningPlatform } from '@shotloom/testing';
import { Api } from './support/api';
import { boxes, difference, ffprobe, greyFrame, zoomed } from './support/video';

jest.setTimeout(240_000);

let platform: RunningPlatform;
let api: Api;
let folder: string;
beforeAll(async () => {
  platform = await startPlatform();
  api = new Api(platform.runtime);
  folder = await mkdtemp(join(tmpdir(), 'shotloom-film-'));
});
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

async function download(jobId: string, name: string): Promise<string> {
  const redirect = await api.fetch(`/api/v1/jobs/${jobId}/video`);
  expect(redirect.status).toBe(302);
  const response = await fetch(new URL(redirect.headers.get('location') ?? '', platform.runtime.gatewayUrl));
  if (!response.ok || response.body === null) throw new Error(`the link answered ${response.status}`);
  const path = join(folder, name);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
  return path;
}

const typesOf = (messages: readonly SocketMessage[]): string[] => messages.map((message) => message.type);
const terminal = (messages: readonly SocketMessage[]): SocketMessage[] =>
  messages.filter((message) => message.type === 'job_complete' || message.type === 'error');

describe('a photograph becomes a film', () => {
  let jobId: string;
  let watched: ReturnType<Api['watch']>[];

  it('while a socket for the job and one for the user watch it happen, in order, once', async () => {
    const before = await api.json<{ available: number }>('/api/v1/credits');
    const { asset_id } = await api.upload('coffee.png');
    const job = await api.film(asset_id, { duration: 5 });
    jobId = job.id;
    expect(job).toMatchObject({ status: 'queued', price: { credits: 5 }, width: 1280, height: 720 });
    watched = [api.watch(jobId), api.watch(platform.runtime.userId)];
    await waitFor(() => watched.every(({ messages }) => terminal(messages).length > 0), {
      timeoutMs: 120_000,
      what: 'both sockets to hear the end',
    });
    for (const { messages, socket } of watched) {
      expect(messages[0]?.type).toBe('connected');
      expect(terminal(messages)).toHaveLength(1);
      const last = messages.at(-1);
      expect(last).toMatchObject({ type: 'job_complete', job_id: jobId });
      const versions = messages.flatMap((message) => (message.type === 'status' ? [message.version] : []));
      expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
      const shown = messages.flatMap((message) =>
        message.type === 'progress' || message.type === 'status' ? [message.progress] : [],
      );
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
      expect(typesOf(messages)).toContain('progress');
      socket.close();
    }
    const after = await api.json<{ available: number; held: number }>('/api/v1/credits');
    expect(after).toMatchObject({ available: before.available - 5, held: 0 });
  });

  it('whose file is exactly what was asked for', async () => {
    const path = await download(jobId, 'zoom.mp4');
    const { streams, format } = await ffprobe(path);
    const [video] = streams;
    expect(video).toMatchObject({ codec_name: 'h264', width: 1280, height: 720, pix_fmt: 'yuv420p' });
    const fps = Number(video?.r_frame_rate.split('/')[0]);
    expect([24, 30]).toContain(fps);
    expect(Math.abs(Number(format.duration) - 5)).toBeLessThanOrEqual(1 / fps + 0.001);
    const order = boxes(await readFile(path));
    expect(order.indexOf('moov')).toBeLessThan(order.indexOf('mdat'));
    expect(JSON.stringify(format.tags).toLowerCase()).toContain('animatic');
    const job = await api.job(jobId);
    expect(job.output).toMatchObject({
      width: 1280,
      height: 720,
      fps,
      label: expect.stringMatching(/animatic/i) as string,
    });
  });

  it('whose frames move as the prompt says: the last is a close-up of the first', async () => {
    const path = join(folder, 'zoom.mp4');
    const [w, h] = [320, 180];
    const [first, last] = [await greyFrame(path, 'first', w, h), await greyFrame(path, 'last', w, h)];
    const stillness = difference(first, last);
    const candidates = [1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5];
    const closeness = await Promise.all(
      candidates.map(async (factor) => difference(await zoomed(first, w, h, factor), last)),
    );
    expect(stillness).toBeGreaterThan(3);
    expect(Math.min(...closeness)).toBeLessThan(stillness * 0.6);
  });

  it('which can be read in ranges, and is refused outside of them', async () => {
    const { video_url } = await api.links(jobId);
    const url = new URL(video_url, platform.runtime.gatewayUrl);
    const part = await fetch(url, { headers: { range: 'bytes=4-7' } });
    expect(part.status).toBe(206);
    expect(await part.text()).toBe('ftyp');
    expect((await fetch(url, { headers: { range: 'bytes=999999999-' } })).status).toBe(416);
    const forged = new URL(url);
    forged.pathname = forged.pathname.replace(/.$/, 'x');
    expect((await fetch(forged)).status).toBe(403);
  });

  it('and who comes late gets the present state first, and the end once', async () => {
    const late = api.watch(jobId);
    await waitFor(() => terminal(late.messages).length > 0, {
      timeoutMs: 10_000,
      what: 'the late socket to hear the end',
    });
    expect(typesOf(late.messages)).toEqual(['connected', 'status', 'job_complete']);
    expect(late.messages[1]).toMatchObject({ status: 'completed', progress: 100 });
    late.socket.close();
  });
});

describe('the other operations', () => {
  it('makes a title card from Chinese text, tall', async () => {
    const body = { prompt: '镜头缓缓推进:静静的海', duration: 1, aspect_ratio: '9:16', size: '720P' };
    const job = await api.post<{ id: string }>('/api/v1/generate/text-to-video', body);
    await api.completed(job.id);
    const { streams } = await ffprobe(await download(job.id, 'card.mp4'));
    expect(streams[0]).toMatchObject({ width: 720, height: 1280, codec_name: 'h264' });
  });

  it('draws a film in ink from a film, square', async () => {
    const source = await api.film((await api.upload('rocket.jpg')).asset_id);
    await api.completed(source.id);
    const form = new FormData();
    form.set(
      'file',
      new Blob([new Uint8Array(await readFile(await download(source.id, 'source.mp4')))]),
      'source.mp4',
    );
    const { asset_id, kind } = await api.json<{ asset_id: string; kind: string }>('/api/v1/upload', {
      method: 'POST',
      body: form,
    });
    expect(kind).toBe('video');
    const job = await api.post<{ id: string }>('/api/v1/generate/video-to-anime', {
      asset_id,
      strength: 0.8,
      duration: 1,
      aspect_ratio: '1:1',
    });
    await api.completed(job.id);
    const { streams } = await ffprobe(await download(job.id, 'anime.mp4'));
    expect(streams[0]).toMatchObject({ width: 720, height: 720 });
  });

  it('makes variants that differ only in their seed, each a job and each priced', async () => {
    const { asset_id } = await api.upload('astronaut.png');
    const body = { prompt: 'pan left', asset_id, duration: 1, variants: 2, seed: 10 };
    const group = await api.post<{ data: { id: string; seed: number }[] }>(
      '/api/v1/generate/image-to-video',
      body,
    );
    expect(group.data.map((job) => job.seed)).toEqual([10, 11]);
    await Promise.all(group.data.map((job) => api.completed(job.id)));
  });

  it('cancels what runs and gives the credits back', async () => {
    const before = await api.json<{ available: number }>('/api/v1/credits');
    const job = await api.film((await api.upload()).asset_id, { duration: 15, size: '1080P' });
    await api.until(job.id, 'processing', ({ status }) => status === 'processing');
    await api.post(`/api/v1/jobs/${job.id}/cancel`, {});
    const ended = await api.until(job.id, 'cancelled', ({ status }) => status === 'cancelled');
    expect(ended).toMatchObject({ error: { code: 'cancelled' }, credits: { held: 0, captured: 0 } });
    expect(await api.json('/api/v1/credits')).toMatchObject({ available: before.available, held: 0 });
  });

  it('answers the same call under the same key with the same job', async () => {
    const { asset_id } = await api.upload();
    const call = (prompt: string): Promise<Response> =>
      api.fetch('/api/v1/generate/image-to-video', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'one-film' },
        body: JSON.stringify({ prompt, asset_id, duration: 1 }),
      });
    const [first, second] = [await call('zoom in'), await call('zoom in')];
    expect(((await second.json()) as { id: string }).id).toBe(((await first.json()) as { id: string }).id);
    expect((await call('zoom out')).status).toBe(409);
  });
});
