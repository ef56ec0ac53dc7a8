import {
  jobStateMachine,
  type JobRecord,
  type ModelSpec,
  type RetryJob,
  type VideoRequest,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { DEFAULT_STRENGTH, type GenerateBody } from './video-request';

/** Only what has ended is made again: everything else may still become the video that is asked for. Throws `conflict`. */
export function assertRetryable({ status, conditions }: JobRecord): void {
  const details = { job_status: status };
  if (conditions.includes('uncertain')) {
    const message =
      'It is not known yet whether the vendor took this job, and another try might be paid for twice. It can be tried again as soon as that is known.';
    throw new AppError('conflict', message, { details });
  }
  if (jobStateMachine.isTerminal(status)) return;
  const message = `The job is ${status} and may still be finished. Only a job that has ended can be tried again; cancel it first.`;
  throw new AppError('conflict', message, { details });
}

/** What the user asked for, read back from what was made of it, so that today's catalogue can check it again. */
export function bodyAgain(request: VideoRequest, model: ModelSpec, { seed }: RetryJob): GenerateBody {
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt ?? undefined,
    style_preset: request.stylePreset ?? undefined,
    duration: request.durationSeconds,
    aspect_ratio: request.aspectRatio,
    size: request.size,
    // A default is no wish: where it was filled in, the model need not know of strength.
    strength: model.supports.strength ? (request.strength ?? undefined) : wishedStrength(request),
    seed: typeof seed === 'number' ? seed : undefined,
  };
}

/**
 * The same for the models to fall back to. Which of frame and length were wished is not kept; they were all granted once, so that
 * a model that still has them gives them again.
 */
export function openWish(request: VideoRequest, { seed }: RetryJob): GenerateBody {
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt ?? undefined,
    style_preset: request.stylePreset ?? undefined,
    strength: wishedStrength(request),
    seed: typeof seed === 'number' ? seed : undefined,
  };
}

function wishedStrength({ strength }: VideoRequest): number | undefined {
  return strength === null || strength === DEFAULT_STRENGTH ? undefined : strength;
}

/** Undefined: a new one is drawn. */
export function seedAgain(request: VideoRequest, { seed = 'same' }: RetryJob): number | undefined {
  if (typeof seed === 'number') return seed;
  return seed === 'same' ? request.seed : undefined;
}
