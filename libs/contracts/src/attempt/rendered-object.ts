import { z } from 'zod';

/** Where a worker of ours left what it rendered, or fetched with a vendor's key. */
export const renderedObjectSchema = z.looseObject({
  kind: z.literal('object'),
  key: z.string(),
  contentType: z.string(),
  sizeBytes: z.int().positive(),
  sha256: z.string(),
});
export type RenderedObject = z.infer<typeof renderedObjectSchema>;
