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
  /** Width divided by height, both ends included. */
  ratio: z.object({ min: z.number().positive(), max: z.number().positive() }).optional(),
  /**
   * What we do before the vendor gets it. `none` (the default): nothing, so that it must be within the limits. `limits`: what is too
   * large or of another format is made smaller and encoded again. `frame`: it is cropped to the very pixels of the video.
   */
  fit: z.enum(['none', 'limits', 'frame']).optional(),
});
export type PictureLimits = z.infer<typeof pictureLimitsSchema>;

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
