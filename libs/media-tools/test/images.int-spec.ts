import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { samplePath } from '@shotloom/testing';
import sharp from 'sharp';
import { fitImage, probeImage, sniffType, tempDir, type TempDir } from '../src/index';

// Real disks and real programs, on machines that may be busy with more.
jest.setTimeout(60_000);

let folder: TempDir;
beforeAll(async () => {
  folder = await tempDir('images');
});
afterAll(() => folder.dispose());
const path = (name: string): string => join(folder.path, name);
const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#336699' }, limitInputPixels: false });
/** Bytes by which the memory of this process grew at most while something was done. */
async function peakGrowth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 2);
  await work();
  clearInterval(timer);
  return peak - before;
}
const INVALID = { code: 'media_invalid' };

describe('probeImage', () => {
  it.each([
    ['astronaut.png', { format: 'png', width: 512, height: 512, hasAlpha: false }],
    ['rocket.jpg', { format: 'jpeg', width: 640, height: 427, hasAlpha: false }],
  ])('knows %s by path, by bytes and by stream', async (name, facts) => {
    const file = samplePath(name);
    for (const input of [file, await readFile(file), createReadStream(file)]) {
      expect(await probeImage(input)).toMatchObject(facts);
    }
  });

  it('knows WebP, and transparency', async () => {
    const webp = await sharp({ create: { width: 7, height: 5, channels: 4, background: '#0000' } })
      .webp()
      .toBuffer();
    expect(await probeImage(webp)).toEqual({ format: 'webp', width: 7, height: 5, hasAlpha: true });
  });

  it('gives the size that is shown, not the one that is stored', async () => {
    const lying = await sharp(samplePath('rocket.jpg')).withMetadata({ orientation: 6 }).toBuffer();
    expect(await probeImage(lying)).toMatchObject({ width: 427, height: 640, orientation: 6 });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('I am a picture')],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['only a PNG signature', Buffer.from('89504e470d0a1a0a', 'hex')],
  ])('refuses %s, whatever its name', async (_, bytes) => {
    await writeFile(path('named.png'), bytes);
    await expect(probeImage(path('named.png'))).rejects.toMatchObject(INVALID);
    await expect(probeImage(Readable.from([bytes]))).rejects.toMatchObject(INVALID);
  });

  it.each(['rocket.jpg', 'coffee.png'])('refuses %s when it is cut off', async (name) => {
    const bytes = await readFile(samplePath(name));
    for (const part of [0.01, 0.2, 0.5, 0.9, 0.98]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * part));
      await expect(probeImage(cut)).rejects.toMatchObject(INVALID);
    }
  });

  it('refuses a cut WebP', async () => {
    const bytes = await sharp(samplePath('chelsea.png')).webp().toBuffer();
    await expect(probeImage(bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject(INVALID);
  });

  it('refuses a bomb of 60 megapixels before decoding it, and says both numbers', async () => {
    const bomb = await flat(10_000, 6_000).png({ compressionLevel: 9 }).toBuffer();
    expect(bomb.length).toBeLessThan(1_000_000);
    const started = process.cpuUsage();
    await expect(probeImage(bomb)).rejects.toMatchObject({
      ...INVALID,
      message: expect.stringMatching(/60000000 pixels.*50000000/) as unknown,
    });
    expect(process.cpuUsage(started).user).toBeLessThan(200_000);
    expect(await probeImage(bomb, { maxPixels: 60_000_000 })).toMatchObject({ width: 10_000 });
  });

  it.each([
    ['an interlaced PNG', () => flat(7_000, 7_000).png({ progressive: true })],
    ['a progressive JPEG', () => flat(7_000, 7_000).jpeg({ progressive: true })],
  ])('refuses %s of 49 megapixels, and says what to do', async (_, make) => {
    const image = await make().toBuffer();
    await expect(probeImage(image)).rejects.toMatchObject({
      ...INVALID,
      message: expect.stringMatching(/49000000 pixels.*25000000.*interlaced or progressive/) as unknown,
    });
    const limits = { maxPixels: 49_000_000, maxProgressivePixels: 49_000_000 };
    expect(await probeImage(image, limits)).toMatchObject({ width: 7_000 });
    await expect(probeImage(image, { ...limits, maxPixels: 1_000 })).rejects.toThrow(/at most 1000 are/);
  });

  it.each([
    ['interlaced PNGs', () => flat(5_000, 4_990).ensureAlpha(0.5).png({ progressive: true })],
    ['progressive JPEGs', () => flat(5_000, 4_990).jpeg({ progressive: true, chromaSubsampling: '4:4:4' })],
    ['WebPs', () => flat(5_000, 4_990).webp({ effort: 0 })],
  ])('holds one at a time of many %s', async (_, make) => {
    const image = await make().toBuffer();
    await probeImage(image);
    const growth = await peakGrowth(() => Promise.all(Array.from({ length: 6 }, () => probeImage(image))));
    expect(growth).toBeLessThan(300_000_000);
  });

  it('refuses an animation', async () => {
    const frames = await Promise.all(
      ['#f00', '#0f0'].map((background) =>
        sharp({ create: { width: 20, height: 20, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const animation = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer();
    await expect(probeImage(animation)).rejects.toMatchObject({
      ...INVALID,
      message: expect.stringContaining('2 frames') as unknown,
    });
  });
});

describe('fitImage', () => {
  const limits = { width: 640, height: 360, contentType: 'image/jpeg', maxBytes: 1_000_000 } as const;

  it.each(['image/jpeg', 'image/png', 'image/webp'] as const)(
    'writes exactly the size as %s, upright, without metadata, and the same bytes each time',
    async (contentType) => {
      await sharp(samplePath('rocket.jpg')).withMetadata({ orientation: 6 }).toFile(path('lying.jpg'));
      const [one, two] = [path('one'), path('two')];
      const { sizeBytes } = await fitImage(path('lying.jpg'), { ...limits, contentType, outputPath: one });
      await fitImage(path('lying.jpg'), { ...limits, contentType, outputPath: two });
      const bytes = await readFile(one);
      expect(bytes.length).toBe(sizeBytes);
      expect(bytes.equals(await readFile(two))).toBe(true);
      const metadata = await sharp(one).metadata();
      expect(metadata).toMatchObject({ width: 640, height: 360, space: 'srgb', channels: 3 });
      expect(metadata.exif ?? metadata.orientation).toBeUndefined();
      expect(await probeImage(one)).toMatchObject({ format: contentType.replace('image/', '') });
    },
  );

  it('covers from the middle, and puts what is transparent on white', async () => {
    const stripe = (left: number, background: string) => ({
      input: { create: { width: 60, height: 100, channels: 4 as const, background } },
      ...{ left, top: 0 },
    });
    const wide = sharp({ create: { width: 300, height: 100, channels: 4, background: '#0000' } });
    const striped = wide.composite([stripe(0, '#f00'), stripe(240, '#00f')]);
    await striped.png().toFile(path('striped.png'));
    await fitImage(path('striped.png'), { ...limits, width: 80, height: 80, outputPath: path('middle') });
    const { channels } = await sharp(path('middle')).stats();
    expect(channels.map(({ min }) => min > 250)).toEqual([true, true, true]);
  });

  it('lowers the quality until the file is small enough, even for noise', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const picture = sharp({ create: { width: 800, height: 800, channels: 3, background: '#000', noise } });
    await picture.png().toFile(path('noise.png'));
    const square = { ...limits, width: 800, height: 800, maxBytes: 640_000, outputPath: path('less') };
    expect((await fitImage(path('noise.png'), square)).sizeBytes).toBeLessThanOrEqual(640_000);
    const png = { ...square, contentType: 'image/png' } as const;
    await expect(fitImage(path('noise.png'), png)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('refuses what is no picture, and sizes that make no sense', async () => {
    await writeFile(path('text'), 'text');
    const options = { ...limits, outputPath: path('refused') };
    await expect(fitImage(path('text'), options)).rejects.toMatchObject(INVALID);
    const huge = { ...options, width: 100_000 };
    await expect(fitImage(samplePath('coffee.png'), huge)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('sniffType', () => {
  it('does not go by what it does not take', async () => {
    const gif = Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1');
    expect(await sniffType(gif)).toEqual({
      kind: 'unknown',
      contentType: 'application/octet-stream',
      ext: 'bin',
    });
    expect(await sniffType(Buffer.alloc(0))).toMatchObject({ kind: 'unknown' });
    expect(await sniffType(await readFile(samplePath('rocket.jpg')))).toEqual({
      kind: 'image',
      contentType: 'image/jpeg',
      ext: 'jpg',
    });
  });
});
