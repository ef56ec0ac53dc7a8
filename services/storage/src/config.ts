import { z } from 'zod';
import { baseConfigSchema, objectStoreConfigSchema } from '@shotloom/service-kit';
import { allowListSchema } from '@shotloom/guarded-http';
import { MAX_SHARE } from './sweep/orphan-sweep';

const HOUR_MS = 3_600_000;
const GIB = 1024 ** 3;

/** Names of renditions, separated by commas, or `none`: an empty variable counts as one that is not set. */
const renditionKindsSchema = z
  .string()
  .transform((text) => (text.trim() === 'none' ? '' : text))
  .transform((text) => [...new Set(text.split(',').flatMap((name) => name.trim() || []))])
  .pipe(z.array(z.enum(['preview', 'spritesheet', 'compressed'])));

const storageSchema = baseConfigSchema.extend({
  /** Where `/media` is served. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3002),
  DATABASE_URL: z.string().min(1),
  DATABASE_POOL: z.coerce.number().int().min(2).max(100).default(5),
  /** Prepare statements that run often; see libs/database. */
  DATABASE_PREPARE: z.stringbool().default(true),
  /** Videos adopted at the same time, by this process. One that is fetched from a vendor counts for as long as it flows. */
  INGEST_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(16),
  /** A vendor's video with more bytes is refused. */
  INGEST_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(2 * GIB),
  /** A vendor's video that takes longer to come is tried again, from its beginning. Seconds. */
  INGEST_MAX_SECONDS: z.coerce.number().positive().max(86_400).default(1_800),
  /** Addresses and hosts that vendors' videos may be fetched from although they are not public: see `AllowList`. */
  FETCH_ALLOW_PRIVATE: allowListSchema.prefault(''),
  /** The same for what users point to, whoever they are: where a vendor in our own network is, they have no business. */
  IMPORT_ALLOW_PRIVATE: allowListSchema.prefault(''),
  /** Runs of ffmpeg at the same time; each draws the posters that wait, up to eight. */
  POSTER_CONCURRENCY: z.coerce.number().int().min(1).max(16).default(1),
  /** What is made of each video beside its poster, by one decoding of it: `preview`, `spritesheet`, `compressed`; `none`: nothing. */
  RENDITIONS: renditionKindsSchema.prefault('preview,spritesheet'),
  /** A longer video has its poster only. Seconds. */
  RENDITION_MAX_SECONDS: z.coerce.number().positive().max(21_600).default(600),
  /** One run of ffmpeg that takes longer is given up. Seconds. */
  RENDITION_TIMEOUT_SECONDS: z.coerce.number().positive().max(3_600).default(300),
  /** A picture with more pixels is refused before it is decoded. */
  IMAGE_MAX_PIXELS: z.coerce.number().int().positive().default(50_000_000),
  /** A longer video is refused. Seconds. */
  VIDEO_MAX_SECONDS: z.coerce.number().positive().default(21_600),
  /** A signed PUT, and an import, may take so long. Seconds. */
  UPLOAD_SECONDS: z.coerce.number().int().min(1).max(86_400).default(3_600),
  /** A resumable upload to which nothing comes for so long is removed. Seconds. */
  RESUMABLE_UPLOAD_SECONDS: z.coerce.number().int().min(1).max(604_800).default(86_400),
  /** The bytes of an upload that its owner deleted stay for so long, since a job that runs may be reading them. Seconds. */
  DELETED_UPLOAD_SECONDS: z.coerce.number().int().min(0).max(2_592_000).default(86_400),
  /** URLs of users that are fetched at the same time, by this process. */
  IMPORT_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  /** A user's URL that takes longer is given up. Seconds. */
  IMPORT_MAX_SECONDS: z.coerce.number().positive().max(3_600).default(300),
  SWEEP_INTERVAL_MS: z.coerce.number().int().min(1_000).default(HOUR_MS),
  /** Objects younger than this may still get a row, so the sweep leaves them: a backlog of messages, or a person after a restore, needs days. */
  ORPHAN_AGE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(7 * 24 * HOUR_MS),
  /** Where more of the old objects than this share are of no asset, the sweep removes none of them: rows are missing. */
  ORPHAN_MAX_SHARE: z.coerce.number().min(0).max(1).default(MAX_SHARE),
  /** The time that the sweep named when it found a restored database: an operator has looked, and it may go on. */
  RESTORE_ACCEPTED: z
    .literal('')
    .transform(() => undefined)
    .or(z.iso.datetime().transform((time) => new Date(time)))
    .optional(),
});

/** Environment of the storage service. */
export const configSchema = storageSchema.and(objectStoreConfigSchema);
export type Config = z.infer<typeof configSchema>;
