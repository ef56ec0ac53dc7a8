import { z } from 'zod';
import type { RenditionKind, SpriteGridRecord } from '../asset/rendition';
import type { MediaFacts } from '../rpc/storage';
import type { JobResource } from './job-resource';

/** Pixels and seconds. Picture `n`, row by row from the top left, shows the video at `n * interval_seconds`. */
export const spriteGeometrySchema = z.object({
  columns: z.int(),
  rows: z.int(),
  frames: z.int().describe('Pictures that show something; what is left of the last row is black.'),
  interval_seconds: z.number(),
  tile_width: z.int(),
  tile_height: z.int(),
});

/** A sheet of small pictures of the whole video, and the track of it that players read. */
const spritesheetSchema = spriteGeometrySchema.extend({
  url: z.string(),
  vtt_url: z.string().describe('The same as a WebVTT thumbnail track.'),
});

/** Part of a finished job's output on the routes that read jobs; null is what is not (yet) there. Addresses are as `url` is. */
export const shownMediaSchema = z.object({
  has_audio: z.boolean().nullable().describe('Null where it is not known.'),
  thumbnail_url: z.string().nullable(),
  preview_url: z.string().nullable().describe('A short moving picture without sound.'),
  compressed_url: z.string().nullable().describe('A smaller copy, where the operator has them made.'),
  spritesheet: spritesheetSchema.nullable(),
  expires_at: z.iso.datetime().nullable().describe('When your plan no longer keeps the video.'),
  expired_at: z.iso.datetime().nullable().describe('When the video was removed for that reason.'),
});
export type ShownMedia = z.infer<typeof shownMediaSchema>;

/** The output with what storage knows of its file. Pure. */
export function withMedia(job: JobResource, facts: MediaFacts | undefined): JobResource {
  if (!job.output || !facts) return job;
  return { ...job, output: { ...job.output, ...toShownMedia(job.id, facts) } };
}

function toShownMedia(jobId: string, facts: MediaFacts): ShownMedia {
  const root = `/api/v1/jobs/${jobId}`;
  const made = new Map(facts.renditions.map((rendition) => [rendition.kind, rendition]));
  const urlOf = (kind: RenditionKind, url: string): string | null => (made.has(kind) ? url : null);
  const grid = made.get('spritesheet')?.grid;
  return {
    has_audio: facts.hasAudio,
    thumbnail_url: facts.hasPoster ? `${root}/thumbnail` : null,
    preview_url: urlOf('preview', `${root}/preview`),
    compressed_url: urlOf('compressed', `${root}/video?quality=compressed`),
    spritesheet: grid
      ? { url: `${root}/spritesheet`, vtt_url: `${root}/spritesheet.vtt`, ...toGeometry(grid) }
      : null,
    expires_at: facts.expiresAt,
    expired_at: facts.expiredAt,
  };
}

export const toGeometry = (grid: SpriteGridRecord): z.infer<typeof spriteGeometrySchema> => ({
  columns: grid.columns,
  rows: grid.rows,
  frames: grid.frames,
  interval_seconds: grid.intervalSeconds,
  tile_width: grid.tileWidth,
  tile_height: grid.tileHeight,
});
