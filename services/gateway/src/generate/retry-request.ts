import {
  jobStateMachine,
  paramSpecOf,
  type Adjustment,
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

/**
 * What the user asked for, read back from what was made of it, so that today's catalogue can check it again. Which parameters were
 * asked for is not kept, so one that the model no longer has is left out, and that is said.
 */
export function bodyAgain(
  request: VideoRequest,
  model: ModelSpec,
  { seed }: RetryJob,
): { readonly wish: GenerateBody; readonly adjustments: readonly Adjustment[] } {
  const params = Object.entries(request.params);
  const gone = params.filter(([name]) => paramSpecOf(model, name) === undefined);
  const wish: GenerateBody = {
    ...wordsAgain(request, seed),
    ...inputsAgain(request),
    duration: request.durationSeconds,
    aspect_ratio: request.aspectRatio,
    size: request.size,
    params: Object.fromEntries(params.filter(([name]) => paramSpecOf(model, name) !== undefined)),
    // A default is no wish: where it was filled in, the model need not know of strength.
    strength: model.supports.strength ? (request.strength ?? undefined) : wishedStrength(request),
  };
  const adjustments = gone.map(([name, from]) => {
    const reason = `${model.id} no longer has the parameter ${name}.`;
    return { field: `params.${name}`, from, to: null, reason };
  });
  return { wish, adjustments };
}

/**
 * The same for the models to fall back to. Which of frame, length and parameters were wished is not kept; they were all granted once,
 * so that a model that still has them gives them again. A parameter at the main model's default is no wish.
 */
export function openWish(request: VideoRequest, model: ModelSpec, { seed }: RetryJob): GenerateBody {
  const wished = Object.entries(request.params).filter(
    ([name, value]) => paramSpecOf(model, name)?.default !== value,
  );
  return {
    ...wordsAgain(request, seed),
    ...inputsAgain(request),
    params: Object.fromEntries(wished),
    strength: wishedStrength(request),
  };
}

function wordsAgain(request: VideoRequest, seed: RetryJob['seed']): GenerateBody {
  return {
    prompt: request.prompt === '' ? undefined : request.prompt,
    negative_prompt: request.negativePrompt ?? undefined,
    style_preset: request.stylePreset ?? undefined,
    seed: typeof seed === 'number' ? seed : undefined,
  };
}

/** The inputs beside the source itself, which rules look at. */
function inputsAgain({ inputs }: VideoRequest): Pick<GenerateBody, 'last_frame' | 'references'> {
  const idsOf = (role: string): string[] =>
    inputs.filter((input) => input.role === role).map(({ assetId }) => assetId);
  const references = idsOf('reference');
  return { last_frame: idsOf('last_frame')[0], references: references.length > 0 ? references : undefined };
}

function wishedStrength({ strength }: VideoRequest): number | undefined {
  return strength === null || strength === DEFAULT_STRENGTH ? undefined : strength;
}

/** Undefined: a new one is drawn. */
export function seedAgain(request: VideoRequest, { seed = 'same' }: RetryJob): number | undefined {
  if (typeof seed === 'number') return seed;
  return seed === 'same' ? request.seed : undefined;
}
