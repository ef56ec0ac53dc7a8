import { vendorPrompt } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { VendorInput, VendorTask } from '@shotloom/provider-kit';
import { z } from 'zod';
import { PROVIDER } from './errors';
import { modelOf, type RunwayModel } from './models';

export interface Frame {
  readonly position: 'first' | 'last';
  readonly input: VendorInput;
}

/** A create call, ready to be sent once its pictures have addresses. */
export interface RunwayCreate {
  readonly route: 'image_to_video' | 'text_to_video';
  readonly body: Readonly<Record<string, unknown>>;
  readonly frames: readonly Frame[];
  readonly notes: readonly string[];
}

/** The parameters of the catalogue that the vendor's models have, as a request of any age may carry them. */
export const runwayParamsSchema = z.strictObject({
  audio: z.boolean().default(true),
  public_figures: z.enum(['auto', 'low']).default('auto'),
});

/** UTF-16 units, as the vendor counts them too. */
const MAX_PROMPT = 1_000;
const SEEDS = 2 ** 32;
const FORMATS = ['image/jpeg', 'image/png', 'image/webp'];
const MAX_PICTURE_BYTES = 16_000_000;

/**
 * Our request in Runway's words; the ratio is the very pixels, as the catalogue has them. The same task always gives the same answer.
 * Throws `invalid_input` and `unsupported_by_model`.
 */
export function toCreate(task: VendorTask): RunwayCreate {
  const { request } = task;
  const model = modelOf(request.model);
  if (request.operation === 'video-to-anime') throw unsupported('Runway turns no video into anime here.');
  const params = runwayParamsSchema.safeParse(task.params);
  if (!params.success) {
    throw invalid(`The parameters do not fit Runway: ${z.prettifyError(params.error)}`, 'params');
  }
  const frames = framesOf(task, model);
  if (request.operation === 'text-to-video' && !model.fromText) {
    throw unsupported(`${request.model} needs a picture to begin with.`);
  }
  const { audio, public_figures: publicFigures } = params.data;
  return {
    route: request.operation === 'image-to-video' ? 'image_to_video' : 'text_to_video',
    body: {
      model: model.name,
      ...wordsOf(task, model),
      ratio: `${request.width}:${request.height}`,
      duration: request.durationSeconds,
      seed: Math.abs(request.seed) % SEEDS,
      ...(model.audio ? { audio } : {}),
      ...(publicFigures === 'low' && !model.audio
        ? { contentModeration: { publicFigureThreshold: 'low' } }
        : {}),
    },
    frames,
    notes: [],
  };
}

function wordsOf({ request }: VendorTask, { negativePrompt }: RunwayModel): Readonly<Record<string, string>> {
  const { prompt, negative } = vendorPrompt(request, negativePrompt ? 'apart' : 'folded');
  for (const words of [prompt, negative]) {
    if (words.length <= MAX_PROMPT) continue;
    const message = `With its style and what to avoid the prompt has ${words.length} characters; Runway takes ${MAX_PROMPT}.`;
    throw invalid(message, 'prompt');
  }
  return {
    ...(prompt === '' ? {} : { promptText: prompt }),
    ...(negative === '' ? {} : { negativePrompt: negative }),
  };
}

function framesOf({ request, inputs }: VendorTask, model: RunwayModel): Frame[] {
  const frames = inputs.map((input): Frame => {
    if (input.role === 'first_frame') return { position: 'first', input };
    if (input.role === 'last_frame' && model.lastFrame) return { position: 'last', input };
    throw unsupported(`${request.model} takes no ${input.role.replace('_', ' ')}.`);
  });
  for (const { input } of frames) checkPicture(input);
  const hasFirst = frames.some(({ position }) => position === 'first');
  if (request.operation === 'image-to-video' && !hasFirst) {
    throw invalid('Give the picture that the video begins with.', 'asset_id');
  }
  if (request.operation === 'text-to-video' && frames.length > 0) {
    throw unsupported(`${request.model} takes no pictures for a video from text.`);
  }
  return frames;
}

function checkPicture({ contentType, sizeBytes }: VendorInput): void {
  if (!FORMATS.includes(contentType)) {
    throw invalid(`Runway takes JPG, PNG and WEBP pictures, not ${contentType}.`, 'asset_id');
  }
  if (sizeBytes > MAX_PICTURE_BYTES) throw invalid('Runway takes pictures of at most 16 MB.', 'asset_id');
}

const invalid = (message: string, field: string): AppError =>
  new AppError('invalid_input', message, { provider: PROVIDER, fields: [{ field, reason: message }] });
const unsupported = (message: string): AppError =>
  new AppError('unsupported_by_model', message, { provider: PROVIDER });
