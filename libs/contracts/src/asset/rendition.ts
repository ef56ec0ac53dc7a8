import { z } from 'zod';

/**
 * What storage makes of a video for showing it: a still picture, a short moving one without sound, a sheet of pictures for whoever drags
 * along the bar of a player, and a smaller copy.
 */
export const RENDITION_KINDS = ['poster', 'preview', 'spritesheet', 'compressed'] as const;
export type RenditionKind = (typeof RENDITION_KINDS)[number];

/** How the pictures of a sheet lie: row by row, from the top left. Picture `n` shows the video at `n * intervalSeconds`. Pixels and seconds. */
export const spriteGridSchema = z.object({
  columns: z.int().positive(),
  rows: z.int().positive(),
  /** Pictures that show something; what is left of the last row is black. */
  frames: z.int().positive(),
  intervalSeconds: z.number().positive(),
  tileWidth: z.int().positive(),
  tileHeight: z.int().positive(),
});
export type SpriteGridRecord = z.infer<typeof spriteGridSchema>;

/** Bytes and pixels. */
export const renditionRecordSchema = z.object({
  kind: z.enum(RENDITION_KINDS),
  contentType: z.string(),
  sizeBytes: z.int().nonnegative(),
  width: z.int().positive(),
  height: z.int().positive(),
  /** Of a sprite sheet. */
  grid: spriteGridSchema.nullable(),
});
export type RenditionRecord = z.infer<typeof renditionRecordSchema>;
