import { z } from 'zod';
import { STYLE_PRESET_IDS } from '../catalogue/style-presets';
import { promptSchema, text } from './generate';

/** POST /api/v1/prompts/enhance: a text, a picture, or both. */
export const enhancePromptSchema = z
  .strictObject({
    prompt: promptSchema.optional(),
    file_url: z
      .string()
      .max(2000)
      .optional()
      .describe('The `file_url` of a picture that an upload answered.'),
    asset_id: z.string().max(60).optional().describe('The `asset_id` of a picture that an upload answered.'),
    style_preset: z.enum(STYLE_PRESET_IDS).optional(),
  })
  .refine(({ prompt, file_url: file, asset_id: asset }) => (prompt ?? file ?? asset) !== undefined, {
    path: ['prompt'],
    error: 'Give a prompt, a picture, or both.',
  })
  .meta({ id: 'EnhancePrompt' });
export type EnhancePrompt = z.infer<typeof enhancePromptSchema>;

export const ENHANCERS = ['chat', 'built_in'] as const;

export const enhancedPromptSchema = z
  .object({
    prompt: text(2000).describe('Ready for a generate route.'),
    motion: text(1000).nullable().describe('How the picture could move; null where none was given.'),
    keywords: z.array(text(100)).describe('What was added.'),
    enhancer: z.enum(ENHANCERS).describe('`chat`: the chat model of the operator; `built_in`: fixed rules.'),
    model: z.string().nullable().describe('The chat model; null for the rules.'),
    picture_seen: z
      .boolean()
      .describe('Whether anybody looked at the picture itself; the rules know only its shape.'),
    reason: z.string().nullable().describe('Why the rules were used although there is a chat model.'),
  })
  .meta({ id: 'EnhancedPrompt' });
export type EnhancedPrompt = z.infer<typeof enhancedPromptSchema>;
