import { z } from 'zod';
import type { JobStatus } from '../job/state';
import { MOST_BATCH_ROWS, type BatchRecord } from '../rpc/batches';
import { imageToVideoSchema, text, textToVideoSchema, videoToAnimeSchema } from './generate';

/** Of one row: what is the same for all of them, or told of all of them, is the batch's. */
const NOT_IN_ROWS = { priority: true, webhook_url: true } as const;
const key = text(100)
  .min(1)
  .optional()
  .describe('Your own name for the row, in the answer beside its jobs; no two rows have the same.');

const rowSchema = z.discriminatedUnion('operation', [
  textToVideoSchema.omit(NOT_IN_ROWS).extend({ operation: z.literal('text-to-video'), key }),
  imageToVideoSchema.omit(NOT_IN_ROWS).extend({ operation: z.literal('image-to-video'), key }),
  videoToAnimeSchema.omit(NOT_IN_ROWS).extend({ operation: z.literal('video-to-anime'), key }),
]);
export type BatchRow = z.infer<typeof rowSchema>;

/** POST /api/v1/batches: rows as for the generate routes, each with its operation. */
export const createBatchSchema = z
  .strictObject({
    name: text(120).min(1).optional(),
    priority: textToVideoSchema.shape.priority,
    rows: z
      .array(rowSchema)
      .min(1)
      .max(MOST_BATCH_ROWS, `A batch has at most ${MOST_BATCH_ROWS} rows: send the others as another batch.`)
      .superRefine((rows, context) => {
        const seen = new Set<string>();
        for (const [index, row] of rows.entries()) {
          if (row.key === undefined) continue;
          if (seen.has(row.key))
            context.addIssue({ code: 'custom', path: [index, 'key'], message: 'Another row has this key.' });
          seen.add(row.key);
        }
      }),
  })
  .meta({ id: 'CreateBatch' });
export type CreateBatch = z.infer<typeof createBatchSchema>;

/** POST /api/v1/batches/quote */
export const batchQuoteSchema = z
  .object({
    rows: z.int(),
    videos: z.int(),
    hold_credits: z
      .int()
      .describe('What is set aside when it is ordered now: for each video the dearest model of its chain.'),
    row_credits: z.array(z.int()).describe('Of that for each row, in order.'),
    available_credits: z.int(),
    affordable: z.boolean().describe('Whether it could be paid now, with your monthly limits.'),
  })
  .meta({ id: 'BatchQuote' });
export type BatchQuote = z.infer<typeof batchQuoteSchema>;

const COUNTS = {
  ...{ draft: z.int(), queued: z.int(), submitted: z.int(), processing: z.int(), storing: z.int() },
  ...{ completed: z.int(), failed: z.int(), cancelled: z.int() },
} satisfies Record<JobStatus, z.ZodInt>;

export const batchResourceSchema = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    status: z.enum(['running', 'ended']),
    rows: z.int(),
    videos: z.int(),
    counts: z.object(COUNTS).describe('Videos by status.'),
    progress_percentage: z.int().describe('Of all videos; one that has ended, in whatever way, is done.'),
    credits: z.object({
      price: z.int().describe('At the prices of the order.'),
      held: z.int(),
      captured: z.int(),
    }),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Batch' });
export type BatchResource = z.infer<typeof batchResourceSchema>;

/** GET /api/v1/batches/{id} */
export const batchDetailSchema = batchResourceSchema
  .extend({
    items: z
      .array(z.object({ row: z.int(), key: z.string().nullable(), job_ids: z.array(z.string()) }))
      .describe('Rows in their order, counted from 0.'),
  })
  .meta({ id: 'BatchDetail' });
export type BatchDetail = z.infer<typeof batchDetailSchema>;

export const batchListQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(50).default(20),
    cursor: z.string().max(500).optional(),
  })
  .meta({ id: 'BatchListQuery' });
export type BatchListQuery = z.infer<typeof batchListQuerySchema>;

export const batchPageSchema = z
  .object({ data: z.array(batchResourceSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'BatchPage' });
export type BatchPage = z.infer<typeof batchPageSchema>;

const NONE: Readonly<Record<JobStatus, number>> = {
  ...{ draft: 0, queued: 0, submitted: 0, processing: 0, storing: 0 },
  ...{ completed: 0, failed: 0, cancelled: 0 },
};

/** A batch of the bus as the API shows it. Pure. */
export function toBatch(record: BatchRecord): BatchResource {
  return {
    id: record.batchId,
    name: record.name,
    status: record.finishedAt === null ? 'running' : 'ended',
    rows: record.rows,
    videos: record.videos,
    counts: { ...NONE, ...record.states },
    progress_percentage: record.progress,
    credits: {
      price: record.priceCredits,
      held: record.creditsHeld,
      captured: record.creditsCaptured,
    },
    created_at: record.createdAt,
    finished_at: record.finishedAt,
  };
}
