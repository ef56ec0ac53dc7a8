import { z } from 'zod';
import { isId } from '@shotloom/kernel';
import { modelIdSchema } from '../catalogue/vocabulary';
import { STYLE_PRESET_IDS } from '../catalogue/style-presets';
import { promptSchema, text } from './generate';

/** Longer work: a project has chapters, those have scenes, those have shots, and a shot has jobs (product, section 1). */
const id = z.string().refine(isId, 'This is not an id.');
const name = text(200).min(1, 'Give it a name.');
const words = text(20_000);
const reference = z.string().min(1).max(2000).describe('The `asset_id` or `file_url` of an upload.');
const position = z.int().min(0).max(10_000).optional().describe('Its place among its siblings, from 0.');

export const createProjectSchema = z
  .strictObject({ name, description: words.optional() })
  .meta({ id: 'CreateProject' });
export const createChapterSchema = z
  .strictObject({ project_id: id, title: name, text: words.optional(), position })
  .meta({ id: 'CreateChapter' });
export const createSceneSchema = z
  .strictObject({ chapter_id: id, title: name, description: words.optional(), position })
  .meta({ id: 'CreateScene' });
export const createShotSchema = z
  .strictObject({
    scene_id: id,
    name,
    prompt: promptSchema,
    image: reference.optional().describe('The picture that it starts with.'),
    duration: z.int().min(1).max(600).optional().describe('Whole seconds.'),
    position,
  })
  .meta({ id: 'CreateShot' });
export const createCharacterSchema = z
  .strictObject({
    project_id: id,
    name,
    description: words.optional(),
    reference_pictures: z.array(reference).max(16).optional(),
  })
  .meta({ id: 'CreateCharacter' });
export const createTemplateSchema = z
  .strictObject({
    name,
    prompt: promptSchema,
    negative_prompt: text(2000).optional(),
    style_preset: z.enum(STYLE_PRESET_IDS).optional(),
  })
  .meta({ id: 'CreateTemplate' });

/** POST /api/v1/projects/{id}/storyboard */
export const planStoryboardSchema = z
  .strictObject({
    text: words.min(1, 'Give the text that becomes shots.'),
    max_shots: z.int().min(1).max(50).default(10),
  })
  .meta({ id: 'PlanStoryboard' });
/** POST /api/v1/shots/{id}/generate */
export const generateShotSchema = z
  .strictObject({
    variants: z.int().min(1).max(5).default(3),
    model: modelIdSchema.optional(),
    max_price_credits: z.int().min(0).optional(),
  })
  .meta({ id: 'GenerateShot' });
/** POST /api/v1/shots/{id}/select */
export const selectVariantSchema = z
  .strictObject({ job_id: id.describe('The finished job of the shot whose video is taken.') })
  .meta({ id: 'SelectVariant' });
/** POST /api/v1/projects/{id}/render */
export const renderProjectSchema = z
  .strictObject({
    transition: z.enum(['cut', 'cross_fade']).default('cut'),
    size: z
      .string()
      .regex(/^(\d{3,4}P|\d{2,5}x\d{2,5})$/i, 'Give a class such as 720P, or pixels such as 1280x720.')
      .optional(),
    fps: z.int().min(12).max(60).optional(),
    music: reference.optional(),
    subtitles: reference.optional(),
  })
  .meta({ id: 'RenderProject' });

const seconds = z.number().min(0).max(86_400);
const pixels = z.int().min(0).max(16_384);
/** POST /api/v1/assets/{id}/edit: one or more edits, made into a new asset. */
export const editAssetSchema = z
  .strictObject({
    trim: z
      .strictObject({ from: seconds, to: seconds })
      .refine(({ from, to }) => to > from, { path: ['to'], message: 'It must end after it begins.' })
      .optional(),
    crop: z.strictObject({ x: pixels, y: pixels, width: pixels.min(2), height: pixels.min(2) }).optional(),
    subtitles: z
      .strictObject({ source: reference.describe('SRT or VTT.'), as: z.enum(['burned', 'track']) })
      .optional(),
  })
  .refine((edits) => Object.values(edits).some((edit) => edit !== undefined), {
    path: ['trim'],
    message: 'Name at least one of trim, crop and subtitles.',
  })
  .meta({ id: 'EditAsset' });

/** GET of a list of any of these. */
export const storyPageQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(500).optional(),
  })
  .meta({ id: 'StoryPageQuery' });
