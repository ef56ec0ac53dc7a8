import { AppError } from '@shotloom/kernel';
import { runFfmpeg, type RunFfmpegOptions } from './run-ffmpeg';
import { safeInputArgs } from './safe-input';

/** Decodes a whole video and throws it away. Throws `media_invalid` at the first frame that is damaged. */
export async function verifyDecodes(
  path: string,
  options: Pick<RunFfmpegOptions, 'signal' | 'timeoutMs' | 'niceness' | 'threads'>,
): Promise<void> {
  const strict = ['-xerror', '-err_detect', 'explode'];
  const nowhere = ['-map', '0:v', '-map', '0:a?', '-f', 'null', '-'];
  try {
    await runFfmpeg([...strict, ...(await safeInputArgs(path, ['video'])), ...nowhere], options);
  } catch (error) {
    throw blameInput(error);
  }
}

/** Every decoder has its own words for damage. Nothing else can fail here, unless the process was killed: then no exit code is. */
function blameInput(error: unknown): unknown {
  const failed = error instanceof AppError && error.code === 'provider_failed';
  if (!failed || typeof error.details?.['exitCode'] !== 'number') return error;
  return new AppError('media_invalid', `The video is damaged: ${error.message}`, { cause: error });
}
