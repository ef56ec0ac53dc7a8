import { z } from 'zod';
import { aspectRatioSchema, modelIdSchema, paramNameSchema } from '../catalogue/vocabulary';
import { STYLE_PRESET_IDS } from '../catalogue/style-presets';
import { webhookUrlSchema } from './webhooks';

/** Postgres keeps no NUL and no half of a surrogate pair in JSON; everything else that people write is welcome. */
const isStorable = (value: string): boolean => !value.includes('\u0000') && value.isWellFormed();
const NOT_STORABLE = 'Leave out NUL and broken characters.';
/** Text that can be stored, at most so many characters. */
export const text = (max: number) => z.string().trim().max(max).refine(isStorable, NOT_STORABLE);
const MAX_METADATA = 16;
const MAX_METADATA_CHARACTERS = 4_096;
const MAX_PARAMS = 32;
const MAX_REFERENCES = 16;
const lengthOf = (entries: Record<string, string>): number => Object.entries(entries).flat().join('').length;

/** A prompt is checked after it is trimmed; its greatest length depends on the model. */
export const promptSchema = z
  .string()
  .trim()
  .min(1, 'Say what should happen in the video.')
  .max(2000, 'A prompt has at most 2,000 characters.')
  .refine(isStorable, NOT_STORABLE);

export const seedSchema = z.int().min(0).max(4_294_967_295);

/** Our own pictures only: an `asset_id`, or the `file_url` that an upload answered. */
const reference = z.string().min(1).max(2000);
const picture = (what: string) =>
  reference.optional().describe(`${what} The \`asset_id\` or \`file_url\` of an upload.`);

const common = {
  negative_prompt: text(2000).optional(),
  style_preset: z.enum(STYLE_PRESET_IDS).optional(),
  provider: z.string().max(60).optional().describe("Chooses that provider's first model that can do it."),
  model: modelIdSchema.optional().describe('`provider:model`; see GET /api/v1/models.'),
  duration: z.int().min(1).max(600).optional().describe('Whole seconds.'),
  aspect_ratio: aspectRatioSchema.optional(),
  size: z
    .string()
    .regex(/^(\d{3,4}P|[2-8]K|\d{2,5}x\d{2,5})$/i, 'Give a class such as 720P, or pixels such as 1280x720.')
    .optional(),
  seed: seedSchema.optional(),
  variants: z
    .int()
    .min(1)
    .max(5)
    .optional()
    .describe('How many videos to make; each is a job and is priced on its own.'),
  fallback: z
    .array(modelIdSchema)
    .max(5)
    .optional()
    .describe('Other models to try in order, when this one cannot or fails; see max_price_credits.'),
  max_price_credits: z
    .int()
    .min(0)
    .optional()
    .describe(
      'No model of the chain may cost more than this for one video; otherwise the request is refused.',
    ),
  params: z
    .record(
      paramNameSchema,
      z.union([z.boolean(), z.number(), text(4000)], 'Give true, false, a number or a text.'),
    )
    .refine((entries) => Object.keys(entries).length <= MAX_PARAMS, `Give at most ${MAX_PARAMS} parameters.`)
    .optional()
    .describe("The model's own parameters, by name; see `params` of GET /api/v1/models."),
  subject_reference_url: picture(
    'A person or thing that is to be seen in the video; the same as one of `references`.',
  ),
  references: z
    .array(reference)
    .min(1)
    .max(MAX_REFERENCES)
    .optional()
    .describe('Pictures of persons or things that are to be seen in the video: `asset_id`s or `file_url`s.'),
  priority: z
    .int()
    .min(1)
    .max(8)
    .optional()
    .describe(
      "Your share where others wait too, 1 (least) to 8. It may lower what your plan gives; more than that counts as your plan's.",
    ),
  webhook_url: webhookUrlSchema
    .optional()
    .describe(
      'Told of these jobs alone, as a webhook is, signed with the secret of GET /api/v1/webhooks/signing-secret. Deliveries are at /api/v1/webhooks/{job id}/deliveries.',
    ),
  metadata: z
    .record(text(64), text(512))
    .refine((entries) => Object.keys(entries).length <= MAX_METADATA, `Give at most ${MAX_METADATA} entries.`)
    .refine(
      (entries) => lengthOf(entries) <= MAX_METADATA_CHARACTERS,
      `Give at most ${MAX_METADATA_CHARACTERS} characters in all.`,
    )
    .optional()
    .describe('Kept with the job and given back, at most 16 entries.'),
};
const source = {
  file_url: z.string().max(2000).optional().describe('The `file_url` that an upload answered.'),
  asset_id: z.string().max(60).optional().describe('The `asset_id` that an upload answered.'),
};

/** POST /api/v1/generate/text-to-video */
export const textToVideoSchema = z
  .strictObject({ prompt: promptSchema, ...common })
  .meta({ id: 'TextToVideo' });
/** POST /api/v1/generate/image-to-video; exactly one of `file_url` and `asset_id`. Most models need a prompt. */
export const imageToVideoSchema = z
  .strictObject({
    prompt: promptSchema.optional(),
    ...common,
    ...source,
    last_frame: picture('The picture that the video ends with.'),
  })
  .meta({ id: 'ImageToVideo' });
/** POST /api/v1/generate/video-to-anime; exactly one of `file_url` and `asset_id`. */
export const videoToAnimeSchema = z
  .strictObject({
    prompt: promptSchema.optional(),
    ...common,
    ...source,
    strength: z.number().min(0).max(1).optional(),
  })
  .meta({ id: 'VideoToAnime' });

export type TextToVideo = z.infer<typeof textToVideoSchema>;
export type ImageToVideo = z.infer<typeof imageToVideoSchema>;
export type VideoToAnime = z.infer<typeof videoToAnimeSchema>;
