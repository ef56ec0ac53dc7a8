import { runFfmpeg, type RunFfmpegOptions } from './run-ffmpeg';
import { safeInputArgs } from './safe-input';

/** Decodes a whole video and throws it away. Throws `media_invalid` at the first frame that is damaged. */
export async function verifyDecodes(
  path: string,
  options: Pick<RunFfmpegOptions, 'signal' | 'timeoutMs' | 'niceness' | 'threads'>,
): Promise<void> {
  const strict = ['-xerror', '-err_detect', 'explode'];
  const nowhere = ['-map', '0:v', '-map', '0:a?', '-f', 'null', '-'];
  await runFfmpeg([...strict, ...(await safeInputArgs(path, ['video'])), ...nowhere], options);
}
