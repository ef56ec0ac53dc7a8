import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { AppError } from '@shotloom/kernel';
import { z } from 'zod';

/** Absolute paths (or what the environment says) of the two programs. */
export interface FfmpegPaths {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

const INSTALL = 'apt-get install --yes ffmpeg';
const bundleSchema = z.object({ path: z.string() });

/**
 * Finds the programs: FFMPEG_PATH and FFPROBE_PATH, else what is on PATH, else what npm brought, which is older and lacks the
 * `xfade` filter. Throws `unavailable`, and names the command that helps.
 */
export function findFfmpeg(env: NodeJS.ProcessEnv = process.env): FfmpegPaths {
  return {
    ffmpeg: find('ffmpeg', env['FFMPEG_PATH'], '@ffmpeg-installer/ffmpeg', env['PATH']),
    ffprobe: find('ffprobe', env['FFPROBE_PATH'], '@ffprobe-installer/ffprobe', env['PATH']),
  };
}

function find(name: string, wanted: string | undefined, bundle: string, searchPath = ''): string {
  if (wanted !== undefined && wanted !== '') {
    if (isExecutable(wanted)) return wanted;
    throw new AppError(
      'unavailable',
      `${wanted} is not a program that can be run. Correct ${name.toUpperCase()}_PATH.`,
    );
  }
  const candidates = searchPath.split(delimiter).filter((folder) => folder !== '');
  const found = candidates.map((folder) => join(folder, name)).find(isExecutable) ?? findBundled(bundle);
  if (found !== undefined) return found;
  throw new AppError('unavailable', `${name} is not installed. Install it: ${INSTALL}`, {
    details: { install: INSTALL },
  });
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Loaded only when needed: these packages throw on loading where they have no binary for the platform. */
function findBundled(bundle: string): string | undefined {
  try {
    const loaded: unknown = createRequire(__filename)(bundle);
    const { path } = bundleSchema.parse(loaded);
    return isExecutable(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
