import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg, probeVideo, tempDir, verifyDecodes, withAiLabel, type TempDir } from '../src/index';
import { makeVideos, type MadeVideos } from './made-files';

jest.setTimeout(60_000);

const run = promisify(execFile);
let folder: TempDir;
let videos: MadeVideos;
beforeAll(async () => {
  folder = await tempDir('ai-label-test');
  videos = await makeVideos(folder.path);
});
afterAll(() => folder.dispose());

/** The bytes in pieces of so many, as a stream has them. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function labelled(bytes: Buffer, size = 65_536): Promise<{ whole: Buffer; box: Buffer | undefined }> {
  const chunks: Buffer[] = [];
  let box: Buffer | undefined;
  for await (const chunk of withAiLabel(pieces(bytes, size), (given) => (box = given))) chunks.push(chunk);
  return { whole: Buffer.concat(chunks), box };
}

/** The XMP that ffprobe finds in a file. */
async function xmpOf(path: string): Promise<string> {
  const args = ['-v', 'error', '-export_xmp', '1', '-show_entries', 'format_tags=xmp', '-of', 'json', path];
  const { stdout } = await run(findFfmpeg().ffprobe, args);
  const { format } = JSON.parse(stdout) as { format: { tags?: { xmp?: string } } };
  return format.tags?.xmp ?? '';
}

it.each(['mp4', 'fastStart', 'fragmented', 'rotated'] as const)(
  'says in the file %s that a model made it, and changes nothing of the video',
  async (name) => {
    const original = await readFile(videos[name]);
    const { whole, box } = await labelled(original);
    expect(whole.subarray(0, original.length).equals(original)).toBe(true);
    expect(whole.length).toBe(original.length + (box?.length ?? 0));
    const path = join(folder.path, `labelled-${name}.mp4`);
    await writeFile(path, whole);
    expect(await xmpOf(path)).toContain(
      'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
    );
    expect(await xmpOf(videos[name])).toBe('');
    const { sizeBytes, ...facts } = await probeVideo({ path });
    const { sizeBytes: before, ...same } = await probeVideo({ path: videos[name] });
    expect(facts).toEqual(same);
    expect(sizeBytes - before).toBe(box?.length);
    await expect(verifyDecodes(path, { timeoutMs: 30_000 })).resolves.toBeUndefined();
  },
);

it('finds the end of the last box however the bytes are cut', async () => {
  const original = await readFile(videos.fastStart);
  const { whole } = await labelled(original);
  for (const size of [1, 7, 24, 4_099])
    expect((await labelled(original, size)).whole.equals(whole)).toBe(true);
});

const boxOf = (type: string, size: number, more = Buffer.alloc(0)): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(size, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, more]);
};
const CREDENTIALS = Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex');

it.each<[string, (film: Buffer) => Buffer]>([
  ['is cut off', (film) => film.subarray(0, film.length - 100)],
  ['ends within a header', (film) => Buffer.concat([film, Buffer.from([0, 0, 0])])],
  ['has a last box without an end', (film) => Buffer.concat([film, boxOf('free', 0), Buffer.alloc(50)])],
  ['has a box smaller than its header', (film) => Buffer.concat([film, boxOf('free', 4)])],
  ['has Content Credentials', (film) => Buffer.concat([film, boxOf('uuid', 24, CREDENTIALS)])],
])('leaves what %s as it is', async (_, change) => {
  const film = change(await readFile(videos.mp4));
  expect(await labelled(film)).toEqual({ whole: film, box: undefined });
});

it('steps over a box with a long size', async () => {
  const long = Buffer.alloc(16 + 5);
  long.writeUInt32BE(1, 0);
  long.write('free', 4, 'latin1');
  long.writeBigUInt64BE(21n, 8);
  const film = Buffer.concat([await readFile(videos.mp4), long]);
  expect((await labelled(film, 3)).box).toBeDefined();
});
