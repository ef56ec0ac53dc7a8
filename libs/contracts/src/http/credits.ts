import { z } from 'zod';
import { modelIdSchema } from '../catalogue/vocabulary';
import { imageToVideoSchema, textToVideoSchema, videoToAnimeSchema } from './generate';

/** GET /api/v1/credits. Whole credits everywhere. */
export const creditsSummarySchema = z
  .object({
    available: z.int().describe('What can be spent now.'),
    held: z.int().describe('Set aside for jobs that have not ended.'),
    owed: z.int().describe('Owed after a payment went back; the next credits pay it first.'),
    lots: z
      .array(
        z.object({
          credits: z.int(),
          reason: z.string(),
          expires_at: z.iso.datetime().nullable(),
        }),
      )
      .describe(
        'Where they come from, in the order in which they are spent: soonest expiry first; at most 20.',
      ),
    budgets: z
      .array(
        z.object({
          kind: z.enum(['member', 'api_key']),
          period: z.string().describe('The calendar month in UTC, YYYY-MM.'),
          limit: z.int(),
          used: z.int().describe('Spent and set aside since the limit was set.'),
        }),
      )
      .describe(
        'Monthly limits that hold for you besides: your own in this account, and that of this API key.',
      ),
  })
  .meta({ id: 'CreditsSummary' });
export type CreditsSummary = z.infer<typeof creditsSummarySchema>;

/** GET /api/v1/credits/transactions */
export const creditTransactionsQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(500).optional(),
  })
  .meta({ id: 'CreditTransactionsQuery' });
export type CreditTransactionsQuery = z.infer<typeof creditTransactionsQuerySchema>;

export const creditTransactionSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['grant', 'hold', 'capture', 'release', 'expire', 'chargeback', 'repay']),
    amount: z.int(),
    available_change: z.int().describe('What it did to what can be spent.'),
    held_change: z.int().describe('What it did to what is set aside.'),
    job_id: z.string().nullable(),
    reason: z.string().describe('One sentence.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'CreditTransaction' });
export type CreditTransaction = z.infer<typeof creditTransactionSchema>;

export const creditTransactionPageSchema = z
  .object({ data: z.array(creditTransactionSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'CreditTransactionPage' });
export type CreditTransactionPage = z.infer<typeof creditTransactionPageSchema>;

/** POST /api/v1/quote: the body of a generate route, and which route it is for. */
export const quoteRequestSchema = z
  .discriminatedUnion('operation', [
    textToVideoSchema.extend({ operation: z.literal('text-to-video') }),
    imageToVideoSchema.extend({ operation: z.literal('image-to-video') }),
    videoToAnimeSchema.extend({ operation: z.literal('video-to-anime') }),
  ])
  .meta({ id: 'QuoteRequest' });
export type QuoteRequest = z.infer<typeof quoteRequestSchema>;

export const quoteSchema = z
  .object({
    hold_credits: z.int().describe('What is set aside when it is ordered now; never more is charged.'),
    per_variant_credits: z.int().describe('Of that for each video: the dearest model of the chain.'),
    variants: z.int(),
    chain: z
      .array(z.object({ model: modelIdSchema, credits: z.int(), price_version: z.string() }))
      .describe('What one video costs by the model that makes it; the first is tried first.'),
    duration: z.number().describe('Seconds, with the defaults filled in; so are the next two.'),
    size: z.string(),
    aspect_ratio: z.string(),
    available_credits: z.int(),
    affordable: z.boolean().describe('Whether it could be paid now, with your monthly limits.'),
  })
  .meta({ id: 'Quote' });
export type Quote = z.infer<typeof quoteSchema>;
