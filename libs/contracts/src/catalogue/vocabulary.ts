import { z } from 'zod';

export const OPERATIONS = ['image-to-video', 'text-to-video', 'video-to-anime'] as const;
export type Operation = (typeof OPERATIONS)[number];
export const operationSchema = z.enum(OPERATIONS);

/** `adaptive`: the video takes the shape of its picture. */
export const ASPECT_RATIOS = [
  '16:9',
  '9:16',
  '1:1',
  '4:3',
  '3:4',
  '3:2',
  '2:3',
  '21:9',
  '9:21',
  '7:4',
  '4:7',
  'adaptive',
] as const;
export const aspectRatioSchema = z.enum(ASPECT_RATIOS);
export type AspectRatio = z.infer<typeof aspectRatioSchema>;

/** `provider:model`, for example `animatic:animatic-1`. */
export const modelIdSchema = z
  .string()
  .max(120)
  .regex(/^[a-z0-9-]+:[a-z0-9._/-]+$/i, 'must look like provider:model');

/** What a stored picture or video is to the video that is made with it. */
export const INPUT_ROLES = ['first_frame', 'last_frame', 'reference', 'video'] as const;
export const inputRoleSchema = z.enum(INPUT_ROLES);
export type InputRole = z.infer<typeof inputRoleSchema>;

/** A parameter's name and value, as they travel. Lists and objects of a vendor are made of these by its adapter. */
export const paramNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'A parameter is named like prompt_optimizer.');
export const paramValueSchema = z.union([z.boolean(), z.number(), z.string()]);
export type ParamValue = z.infer<typeof paramValueSchema>;
