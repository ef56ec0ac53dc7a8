import { z } from 'zod';
import { assetRecordSchema } from '../asset/record';
import { defineRpc, errorRecordSchema } from '../bus/rpc';

/** What the plan of the one who uploads allows. Bytes and seconds; null: no limit. */
export const uploadLimitsSchema = z.object({
  imageMaxBytes: z.int().positive(),
  videoMaxBytes: z.int().positive(),
  videoMaxSeconds: z.number().positive(),
  /** For all living uploads of one user together. */
  quotaBytes: z.int().positive().nullable(),
});
export type UploadLimits = z.infer<typeof uploadLimitsSchema>;

/** `direct`: one signed PUT; `resumable`: tus; `import`: storage fetches a URL. */
export const UPLOAD_WAYS = ['direct', 'resumable', 'import'] as const;
export type UploadWay = (typeof UPLOAD_WAYS)[number];

/** `open` is the only one that changes. `failed`: an import that gave nothing; `expired`: nobody completed it in time. */
export const UPLOAD_STATES = ['open', 'completed', 'failed', 'cancelled', 'expired'] as const;
export type UploadState = (typeof UPLOAD_STATES)[number];

/** An upload that takes more than one request, as storage tells of it to its owner. */
export const uploadRecordSchema = z.object({
  uploadId: z.string(),
  way: z.enum(UPLOAD_WAYS),
  state: z.enum(UPLOAD_STATES),
  fileName: z.string().nullable(),
  /** As announced; null for an import. Bytes. */
  contentType: z.string().nullable(),
  sizeBytes: z.int().positive().nullable(),
  sha256: z.string().nullable(),
  /** Of a resumable upload. */
  receivedBytes: z.int().nonnegative(),
  asset: assetRecordSchema.nullable(),
  /** Why an import gave nothing. */
  error: errorRecordSchema.nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type UploadRecord = z.infer<typeof uploadRecordSchema>;

const uploader = { uploadId: z.string(), userId: z.string() };
const opener = { ...uploader, accountId: z.string(), limits: uploadLimitsSchema };
/** Looks at a whole file, which may have gigabytes. Milliseconds. */
const COMPLETE_MS = 120_000;

/**
 * Opens an upload of announced size; its bytes are reserved in the quota until it ends. Errors: `payload_too_large`, `conflict`
 * (quota, or too many open), both with numbers in `details`. Asking again with the same id gives the same upload.
 */
export const openUploadRpc = defineRpc(
  'rpc.storage.open-upload',
  z.object({
    ...opener,
    way: z.enum(['direct', 'resumable']),
    fileName: z.string().nullable(),
    contentType: z.string(),
    sizeBytes: z.int().positive(),
    /** Hex, lower case; what arrives must have it. */
    sha256: z.string().nullable(),
  }),
  z.object({
    upload: uploadRecordSchema,
    /** For `direct`: where the bytes go, with exactly these headers, until then. */
    put: z
      .object({ url: z.string(), headers: z.record(z.string(), z.string()), expiresAt: z.iso.datetime() })
      .nullable(),
  }),
);

/** Asks storage to fetch a URL; the answer comes at once, the file later. Errors: `conflict` as above. */
export const importUrlRpc = defineRpc(
  'rpc.storage.import-url',
  z.object({ ...opener, url: z.string(), fileName: z.string().nullable() }),
  z.object({ upload: uploadRecordSchema }),
);

/**
 * Bytes of a resumable upload that the gateway has put at `objectKey`. Errors: `conflict` where the upload is not at `fromByte` (any
 * more): another request was faster, and the caller removes its object.
 */
export const appendUploadRpc = defineRpc(
  'rpc.storage.append-upload',
  z.object({
    ...uploader,
    fromByte: z.int().nonnegative(),
    sizeBytes: z.int().positive(),
    objectKey: z.string(),
  }),
  z.object({ receivedBytes: z.int().positive() }),
);

/**
 * Looks at what arrived (there, whole, of the announced checksum, of a type we take, decodable) and makes it an asset. Again: the same
 * asset. Errors: `not_found`, `conflict` (nothing arrived yet, ended, quota), `media_invalid`, `payload_too_large`.
 */
export const completeUploadRpc = defineRpc(
  'rpc.storage.complete-upload',
  z.object(uploader),
  z.object({ asset: assetRecordSchema }),
  COMPLETE_MS,
);

/** The user's own upload; null where there is none. */
export const getUploadRpc = defineRpc(
  'rpc.storage.get-upload',
  z.object(uploader),
  z.object({ upload: uploadRecordSchema.nullable() }),
);

/**
 * Ends an open upload, or gives up what a completed one brought: the asset goes when no other upload of the user holds it. The id of
 * an asset that came in one request is its upload's. Error: `not_found`.
 */
export const deleteUploadRpc = defineRpc(
  'rpc.storage.delete-upload',
  z.object(uploader),
  z.object({ deleted: z.literal(true) }),
);

/** What a user keeps here by uploading. */
export const storageUsageRpc = defineRpc(
  'rpc.storage.usage',
  z.object({ userId: z.string() }),
  z.object({
    usedBytes: z.int().nonnegative(),
    files: z.int().nonnegative(),
    /** Announced by uploads that are open. */
    reservedBytes: z.int().nonnegative(),
    openUploads: z.int().nonnegative(),
  }),
);
