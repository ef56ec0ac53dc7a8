import { z } from 'zod';
import { UPLOAD_STATES, UPLOAD_WAYS } from '../rpc/uploads';
import { problemSchema } from './problem';
import { uploadResourceSchema } from './resources';

/** The types that an upload may announce; what counts in the end is what its content says. */
export const UPLOAD_CONTENT_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'video/mp4',
  'video/quicktime',
  'video/webm',
] as const;

const fileName = z
  .string()
  .min(1)
  .max(1_000)
  .optional()
  .describe('For people to see; its base name is kept.');

/** POST /api/v1/uploads */
export const openUploadSchema = z
  .strictObject({
    file_name: fileName,
    content_type: z.enum(UPLOAD_CONTENT_TYPES),
    size_bytes: z.int().positive().describe('Exactly as many bytes as the file has.'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'Give the SHA-256 of the file in 64 small hexadecimal digits.')
      .optional()
      .describe('What arrives is compared with it.'),
  })
  .meta({ id: 'OpenUpload' });
export type OpenUpload = z.infer<typeof openUploadSchema>;

/** POST /api/v1/uploads/import */
export const importUploadSchema = z
  .strictObject({
    url: z.url({ protocol: /^https?$/, error: 'Give an http or https address.' }).max(8_192),
    file_name: fileName,
  })
  .meta({ id: 'ImportUpload' });
export type ImportUpload = z.infer<typeof importUploadSchema>;

/** GET /api/v1/uploads/{id} */
export const uploadSessionSchema = z
  .object({
    id: z.string(),
    way: z.enum(UPLOAD_WAYS),
    state: z.enum(UPLOAD_STATES),
    file_name: z.string().nullable(),
    content_type: z.string().nullable(),
    size_bytes: z.int().nullable(),
    received_bytes: z.int().describe('How much of a resumable upload is here.'),
    upload: uploadResourceSchema.nullable().describe('What it became, once it is completed.'),
    error: problemSchema.pick({ code: true, detail: true }).nullable().describe('Why an import failed.'),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().describe('An open upload that is not completed by then is removed.'),
  })
  .meta({ id: 'UploadSession' });
export type UploadSession = z.infer<typeof uploadSessionSchema>;

/** POST /api/v1/uploads answers this. */
export const openedUploadSchema = uploadSessionSchema
  .extend({
    put: z.object({
      method: z.literal('PUT'),
      url: z.string().describe('Good until `expires_at`, for exactly `size_bytes`. Whoever has it can send.'),
      headers: z.record(z.string(), z.string()).describe('Send these, and no credential.'),
      expires_at: z.iso.datetime(),
    }),
  })
  .meta({ id: 'OpenedUpload' });
export type OpenedUpload = z.infer<typeof openedUploadSchema>;

/** GET /api/v1/storage. Bytes. */
export const storageResourceSchema = z
  .object({
    used_bytes: z.int().describe('Of your uploads; generated videos are not counted.'),
    files: z.int(),
    reserved_bytes: z.int().describe('Announced by uploads that are open.'),
    open_uploads: z.int(),
    quota_bytes: z.int().nullable().describe('By your plan; null: no limit.'),
    image_max_bytes: z.int(),
    video_max_bytes: z.int(),
    video_max_seconds: z.number(),
  })
  .meta({ id: 'StorageUsage' });
export type StorageResource = z.infer<typeof storageResourceSchema>;
