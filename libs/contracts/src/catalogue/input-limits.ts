import { z } from 'zod';

export const PICTURE_FORMATS = ['image/jpeg', 'image/png', 'image/webp'] as const;
export const VIDEO_FORMATS = ['video/mp4', 'video/quicktime', 'video/webm'] as const;

/** What a picture must be. All but the first two may be left out: then it is not limited. */
export const pictureLimitsSchema = z.object({
  max_bytes: z.int().positive(),
  max_pixels: z.int().positive(),
  formats: z.array(z.enum(PICTURE_FORMATS)).min(1).optional(),
  /** Pixels of the shorter and of the longer side. */
  min_side: z.int().positive().optional(),
  max_side: z.int().positive().optional(),
  min_pixels: z.int().positive().optional(),
  /** Width divided by height, both ends included. */
  ratio: z.object({ min: z.number().positive(), max: z.number().positive() }).optional(),
  /**
   * What we do before the vendor gets it. `none` (the default): nothing, so that it must be within the limits. `limits`: what is not
   * within them is cropped, resized and encoded again. `frame`: it always gets the very pixels of the video. The gateway plans it,
   * tells the user and refuses what would lose too much; the vendor's worker does it.
   */
  fit: z.enum(['none', 'limits', 'frame']).optional(),
});
export type PictureLimits = z.infer<typeof pictureLimitsSchema>;

/**
 * The picture that a vendor is given instead of the user's: upright, without metadata, covering these pixels around its centre. It is
 * planned when the job is accepted, and the same picture always gives the same bytes.
 */
export const pictureFitSchema = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  contentType: z.enum(PICTURE_FORMATS),
  maxBytes: z.int().positive(),
});
export type PictureFit = z.infer<typeof pictureFitSchema>;

export const inputsSchema = z.object({
  /** The picture that the video begins with. */
  image: pictureLimitsSchema.nullable(),
  /** The picture that it ends with. */
  last_frame: pictureLimitsSchema.nullable().optional(),
  /** Pictures of a person or thing that is to be seen in it. */
  reference: pictureLimitsSchema.extend({ max_count: z.int().positive() }).nullable().optional(),
  video: z
    .object({
      max_bytes: z.int().positive(),
      max_seconds: z.number().positive(),
      min_seconds: z.number().positive().optional(),
      formats: z.array(z.enum(VIDEO_FORMATS)).min(1).optional(),
      min_side: z.int().positive().optional(),
      max_side: z.int().positive().optional(),
    })
    .nullable(),
  /** Pictures of all roles together. */
  max_pictures: z.int().positive().optional(),
});
