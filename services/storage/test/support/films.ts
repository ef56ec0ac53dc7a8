import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runFfmpeg, tempDir } from '@shotloom/media-tools';

export type FilmCodec = 'libx264' | 'libvpx' | 'libvpx-vp9';

/** A real film of one second, 320x180, 24 fps; `codec` is ffmpeg's encoder and decides the container unless told. */
export async function makeFilm(codec: FilmCodec = 'libx264', container?: 'mov'): Promise<Buffer> {
  await using folder = await tempDir('film');
  const path = join(folder.path, `film.${container ?? (codec === 'libx264' ? 'mp4' : 'webm')}`);
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=24:duration=1'];
  const picture = ['-c:v', codec, '-pix_fmt', 'yuv420p'];
  const fast = codec === 'libx264' ? ['-preset', 'ultrafast', '-movflags', '+faststart'] : [];
  await runFfmpeg([...source, ...picture, ...fast, path], { timeoutMs: 60_000 });
  return readFile(path);
}
