import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '@shotloom/kernel';
import { MAX_FRAME_PIXELS } from './media-limits';
import { SNIFF_BYTES, sniffType } from './sniff-type';

/** The demuxer for each type, so that ffmpeg does not guess: by guessing it would take a playlist for a video. */
const DEMUXERS: ReadonlyMap<string, string> = new Map([
  ['image/jpeg', 'jpeg_pipe'],
  ['image/png', 'png_pipe'],
  ['image/webp', 'webp_pipe'],
  ['video/mp4', 'mov'],
  ['video/quicktime', 'mov'],
  ['video/webm', 'matroska'],
  ['audio/mpeg', 'mp3'],
  ['audio/wav', 'wav'],
  ['audio/mp4', 'mov'],
  ['audio/ogg', 'ogg'],
]);

/**
 * The arguments that open one file in ffmpeg and nothing else: only files and pipes, with the demuxer that its content calls
 * for. A video whose frames turn out larger than what its index said is not decoded. Use them for whatever others made. Throws `media_invalid` for a file that is not of a type we take.
 */
export async function safeInputArgs(
  path: string,
  kinds: readonly string[] = ['image', 'video', 'audio'],
): Promise<string[]> {
  const { kind, contentType } = await sniffType(await readHead(path));
  const demuxer = DEMUXERS.get(contentType);
  if (demuxer === undefined || !kinds.includes(kind)) {
    throw new AppError('media_invalid', `The file is not ${kinds.join(' or ')} of a type that we can open.`);
  }
  // The prefix keeps a name that looks like an option or like another protocol from being one.
  const bounds = kind === 'video' ? ['-max_pixels', String(MAX_FRAME_PIXELS)] : [];
  return [...bounds, '-protocol_whitelist', 'file,pipe', '-f', demuxer, '-i', `file:${resolve(path)}`];
}

/** The first bytes of a file, as many as `sniffType` wants. */
export async function readHead(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
