import type { VideoRequest } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { z } from 'zod';
import { PROVIDER } from './errors';

/** What an input of the model is called that takes this of ours. What has no name is not sent. */
export interface InputNames {
  readonly prompt?: string | undefined;
  readonly negativePrompt?: string | undefined;
  readonly firstFrame?: string | undefined;
  readonly lastFrame?: string | undefined;
  readonly video?: string | undefined;
  readonly seed?: string | undefined;
  readonly aspectRatio?: string | undefined;
  readonly size?: string | undefined;
  readonly duration?: string | undefined;
}

/** How a model of the catalogue is run at Replicate. */
export interface ReplicateModel {
  /** `version`: 64 digits of a community model. `official`: `owner/name`. */
  readonly run: { readonly version: string } | { readonly official: string };
  readonly names: InputNames;
  /** Inputs that the request's words do not have one by one. */
  readonly inputs: (request: VideoRequest) => Readonly<Record<string, unknown>>;
  /** The model's own parameters, without those that only say how it is run. */
  readonly params: VideoRequest['params'];
}

const SVD_VERSION = '3f0457e4619daac51203dedb472816fd4af51f3149fa7a9e0b5ffcf1b8172438';
const SLOWEST_FPS = 5;
const FASTEST_FPS = 30;

type Known = Omit<ReplicateModel, 'params'>;

/** A number of frames, as fast as the length wants them. */
const svd = (length: string, frames: number): Known => ({
  run: { version: SVD_VERSION },
  names: { firstFrame: 'input_image', seed: 'seed' },
  inputs: ({ durationSeconds, aspectRatio }) => ({
    video_length: length,
    sizing_strategy: aspectRatio === 'adaptive' ? 'maintain_aspect_ratio' : 'crop_to_16_9',
    frames_per_second: Math.min(FASTEST_FPS, Math.max(SLOWEST_FPS, Math.round(frames / durationSeconds))),
  }),
});

/** 81 frames at 16 a second are its five seconds. */
const wan = (official: string, names: InputNames): Known => ({
  run: { official },
  names: { prompt: 'prompt', seed: 'seed', ...names },
  inputs: ({ size }) => ({ resolution: size.toLowerCase(), num_frames: 81, frames_per_second: 16 }),
});

const KNOWN: Readonly<Record<string, Known>> = {
  'svd-xt': svd('25_frames_with_svd_xt', 25),
  svd: svd('14_frames_with_svd', 14),
  'wan-2.2-i2v-fast': wan('wan-video/wan-2.2-i2v-fast', { firstFrame: 'image', lastFrame: 'last_image' }),
  'wan-2.2-t2v-fast': wan('wan-video/wan-2.2-t2v-fast', { aspectRatio: 'aspect_ratio' }),
};

const inputName = z.string().regex(/^[A-Za-z_]\w{0,63}$/);
/** Parameters of an operator's own entry that say how the model is run, see the README; none of them is an input. */
const ownSchema = z.object({
  version: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  prompt_input: inputName.default('prompt'),
  negative_prompt_input: inputName.optional(),
  image_input: inputName.optional(),
  last_frame_input: inputName.optional(),
  video_input: inputName.optional(),
  seed_input: inputName.optional(),
  aspect_ratio_input: inputName.optional(),
  size_input: inputName.optional(),
  duration_input: inputName.optional(),
});
const OFFICIAL = /^[\w.-]+\/[\w.-]+$/;

/** By the catalogue's id: one that is known here, or `replicate:<owner>/<name>`. Throws `unsupported_by_model`. */
export function modelOf({ model, params }: Pick<VideoRequest, 'model' | 'params'>): ReplicateModel {
  const name = model.replace(/^replicate:/, '');
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (known !== undefined) return { ...known, params };
  if (OFFICIAL.test(name)) return ownModel(name, params);
  const words = `Replicate has no model ${name} that is known here. Known: ${Object.keys(KNOWN).join(', ')}; any other is written owner/name.`;
  throw new AppError('unsupported_by_model', words, { provider: PROVIDER });
}

function ownModel(name: string, params: VideoRequest['params']): ReplicateModel {
  const own = ownSchema.safeParse(params);
  if (!own.success) {
    const words = `The catalogue's entry of ${name} does not say how it is run: ${z.prettifyError(own.error)}`;
    throw new AppError('unsupported_by_model', words, { provider: PROVIDER });
  }
  const { version, ...names } = own.data;
  return {
    run: version === undefined ? { official: name } : { version },
    names: {
      ...{ prompt: names.prompt_input, negativePrompt: names.negative_prompt_input },
      ...{ firstFrame: names.image_input, lastFrame: names.last_frame_input, video: names.video_input },
      ...{ seed: names.seed_input, aspectRatio: names.aspect_ratio_input },
      ...{ size: names.size_input, duration: names.duration_input },
    },
    inputs: () => ({}),
    params: Object.fromEntries(Object.entries(params).filter(([key]) => !(key in ownSchema.shape))),
  };
}
