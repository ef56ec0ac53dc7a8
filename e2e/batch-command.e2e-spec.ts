import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform, type RunningPlatform } from '@shotloom/testing';
import { shotloom } from '../tools/cli/test/shotloom';
import { Api } from './support/api';
import { ffprobe } from './support/video';

jest.setTimeout(240_000);

let platform: RunningPlatform;
let api: Api;
let folder: string;
beforeAll(async () => {
  platform = await startPlatform();
  api = new Api(platform.runtime);
  folder = await mkdtemp(join(tmpdir(), 'shotloom-batch-'));
});
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

const batch = (args: readonly string[], more: { stdin?: string; onErr?: (err: string) => void } = {}) =>
  shotloom(['batch', ...args], {
    ...{ url: platform.runtime.gatewayUrl, apiKey: platform.runtime.apiKey },
    ...more,
  });
const sha256 = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

describe('shotloom batch', () => {
  const csv = [
    'key,operation,prompt,duration,variants',
    '../../lighthouse,text-to-video,"a lighthouse, at dusk",1,2',
    ',text-to-video,waves,1,',
  ].join('\n');
  let id: string;

  it('turns a file of rows into films in a folder, for the price that it showed', async () => {
    const before = await api.json<{ available: number }>('/api/v1/credits');
    const { code, out, err } = await batch(['-', '--out', folder, '--json'], { stdin: csv });
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringMatching(/3 of 3 completed\n$/) as string,
    });
    const ended = JSON.parse(out) as {
      id: string;
      credits: { price: number; captured: number };
      results: { job_id: string; file: string }[];
    };
    id = ended.id;
    expect((await readdir(folder)).toSorted()).toEqual([
      ...['lighthouse-1.mp4', 'lighthouse-2.mp4', 'row-2.mp4'],
    ]);
    for (const { job_id: jobId, file } of ended.results) {
      expect(await sha256(file)).toBe((await api.job(jobId)).output?.sha256);
      expect((await ffprobe(file)).streams[0]).toMatchObject({ codec_name: 'h264' });
    }
    expect(ended.credits.captured).toBe(ended.credits.price);
    const after = await api.json<{ available: number }>('/api/v1/credits');
    expect(before.available - after.available).toBe(ended.credits.captured);
  });

  it('gets only what is missing when it is asked again', async () => {
    const kept = join(folder, 'row-2.mp4');
    const [lost, before] = [join(folder, 'lighthouse-1.mp4'), await stat(kept)];
    await rm(lost);
    expect(await batch(['show', id, '--out', folder])).toMatchObject({ code: 0 });
    expect((await stat(lost)).size).toBeGreaterThan(0);
    expect(await stat(kept)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  it('ends with 1 where all of it was cancelled meanwhile, and gives the credits back', async () => {
    const before = await api.json<{ available: number }>('/api/v1/credits');
    const row = { operation: 'text-to-video', prompt: 'waves', duration: 15, size: '1080P' };
    let cancelled: Promise<{ code: number }> | undefined;
    const { code, err } = await batch(['-', '--wait'], {
      stdin: JSON.stringify({ rows: [row, row] }),
      onErr: (said) => {
        const [, ordered] = /^(\S+): \d+ credits held$/m.exec(said) ?? [];
        if (ordered !== undefined) cancelled ??= batch(['cancel', ordered]);
      },
    });
    expect(await cancelled).toMatchObject({ code: 0 });
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('2 cancelled') as string });
    expect(await api.json('/api/v1/credits')).toMatchObject({ available: before.available, held: 0 });
  });
});
