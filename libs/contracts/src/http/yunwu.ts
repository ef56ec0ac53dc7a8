import { z } from 'zod';
import { aspectRatioSchema } from '../catalogue/vocabulary';
import {
  providerSettingsSchema,
  type ProviderConfig,
  type ProviderSettings,
  type SaveProviderConfig,
} from './provider-config';

const PREFIX = 'yunwu:';
const settings = providerSettingsSchema.shape;
/** A model as Yunwu names it. */
export const yunwuModelSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[a-z0-9._/-]+$/i, 'Give a model as Yunwu names it, such as grok-video-3.');

/** `POST /api/yunwu/config`. What is left out stays as it is. */
export const saveYunwuConfigSchema = z
  .strictObject({
    apiKey: z
      .string()
      .min(1)
      .max(8_000)
      .optional()
      .describe('As it was shown, it keeps the key that is there.'),
    model: yunwuModelSchema.optional(),
    size: settings.size,
    aspectRatio: aspectRatioSchema.optional(),
    videosPerShot: settings.variants,
    maxConcurrent: settings.max_concurrent,
    pollInterval: settings.poll_interval.describe('Seconds.'),
  })
  .meta({ id: 'SaveYunwuConfig' });
export type SaveYunwuConfig = z.infer<typeof saveYunwuConfigSchema>;

/** `GET /api/yunwu/config`: the caller's own, with the defaults of the storyboard tool where nothing was saved. */
export const yunwuConfigSchema = z
  .object({
    apiKey: z.string().describe('Masked: `sk-****x4KR`. Empty where there is no key.'),
    model: z.string(),
    size: z.string(),
    aspectRatio: aspectRatioSchema,
    videosPerShot: z.int(),
    maxConcurrent: z.int(),
    pollInterval: z.int().describe('Seconds.'),
  })
  .meta({ id: 'YunwuConfig' });
export type YunwuConfig = z.infer<typeof yunwuConfigSchema>;

/** The settings that count: what was saved, and the defaults of the storyboard tool where nothing was. Pure. */
export function yunwuSettings(saved: ProviderSettings): Omit<YunwuConfig, 'apiKey'> {
  return {
    model: saved.model?.slice(PREFIX.length) ?? 'grok-video-3',
    size: saved.size ?? '1080P',
    aspectRatio: saved.aspect_ratio ?? '9:16',
    videosPerShot: saved.variants ?? 3,
    maxConcurrent: saved.max_concurrent ?? 3,
    pollInterval: saved.poll_interval ?? 10,
  };
}

/** A provider's configuration in the words of the storyboard tool. Pure. */
export function toYunwuConfig({ own_key: key, settings: saved }: ProviderConfig): YunwuConfig {
  return { apiKey: key?.fields['apiKey'] ?? '', ...yunwuSettings(saved) };
}

/** What is to be saved. Settings are replaced as a whole, so that those of before are written again. Pure. */
export function fromYunwuConfig(given: SaveYunwuConfig, before: ProviderConfig): SaveProviderConfig {
  const { apiKey, model, size, aspectRatio, videosPerShot, maxConcurrent, pollInterval } = given;
  return {
    ...(apiKey === undefined ? {} : { fields: { apiKey } }),
    settings: {
      ...before.settings,
      ...(model === undefined ? {} : { model: `${PREFIX}${model}` }),
      ...(size === undefined ? {} : { size }),
      ...(aspectRatio === undefined ? {} : { aspect_ratio: aspectRatio }),
      ...(videosPerShot === undefined ? {} : { variants: videosPerShot }),
      ...(maxConcurrent === undefined ? {} : { max_concurrent: maxConcurrent }),
      ...(pollInterval === undefined ? {} : { poll_interval: pollInterval }),
    },
  };
}
