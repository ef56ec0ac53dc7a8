import { z } from 'zod';
import { baseConfigSchema, objectStoreConfigSchema } from '@shotloom/service-kit';

const HOUR_MS = 3_600_000;

const storageSchema = baseConfigSchema.extend({
  /** Where `/media` is served. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3002),
  DATABASE_URL: z.string().min(1),
  DATABASE_POOL: z.coerce.number().int().min(2).max(100).default(5),
  /** Videos adopted at the same time, by this process. */
  INGEST_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(8),
  /** Posters drawn at the same time: each is an ffmpeg process. */
  POSTER_CONCURRENCY: z.coerce.number().int().min(1).max(16).default(1),
  /** A picture with more pixels is refused before it is decoded. */
  IMAGE_MAX_PIXELS: z.coerce.number().int().positive().default(50_000_000),
  /** A longer video is refused. Seconds. */
  VIDEO_MAX_SECONDS: z.coerce.number().positive().default(21_600),
  SWEEP_INTERVAL_MS: z.coerce.number().int().min(1_000).default(HOUR_MS),
  /** Objects younger than this may still get a row, so the sweep leaves them. */
  ORPHAN_AGE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(24 * HOUR_MS),
});

/** Environment of the storage service. */
export const configSchema = storageSchema.and(objectStoreConfigSchema);
export type Config = z.infer<typeof configSchema>;
