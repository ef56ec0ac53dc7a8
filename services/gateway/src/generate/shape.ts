import {
  durationsNear,
  resolveParams,
  violations,
  type InputRole,
  type ModelSpec,
  type Operation,
  type RequestFacts,
} from '@shotloom/contracts';
import type { FieldError } from '@shotloom/kernel';
import { framesFor, type Frame, type Pixels } from './frame';
import type { GenerateBody } from './video-request';

/** How large and how long a video will be. */
export interface Shape {
  readonly frame: Frame;
  readonly durationSeconds: number;
}

/** The roles of the inputs that a body names. */
export function rolesIn(operation: Operation, body: GenerateBody): { readonly role: InputRole }[] {
  const { last_frame: last, subject_reference_url: subject, references = [] } = body;
  const roles: readonly (InputRole | null)[] = [
    operation === 'image-to-video' ? 'first_frame' : operation === 'video-to-anime' ? 'video' : null,
    last === undefined ? null : 'last_frame',
    subject === undefined ? null : 'reference',
    ...references.map(() => 'reference' as const),
  ];
  return roles.flatMap((role) => (role === null ? [] : [{ role }]));
}

/** What rules and prices look at, of a body and a shape for it. */
export function factsOf(
  model: ModelSpec,
  operation: Operation,
  body: GenerateBody,
  { frame, durationSeconds }: Shape,
): RequestFacts {
  return {
    operation,
    size: frame.size,
    aspectRatio: frame.aspectRatio,
    durationSeconds,
    params: resolveParams(model, body.params ?? {}),
    inputs: rolesIn(operation, body),
  };
}

/**
 * The first shape for a body that no rule of the model forbids: what the user asked for stays, what was left open moves, the length
 * before the size. What is wrong with the likeliest one where there is none. `usualSeconds`: the length where none was asked for.
 */
export function findShape(
  model: ModelSpec,
  operation: Operation,
  body: GenerateBody,
  source: Pixels | null,
  usualSeconds: number = model.duration.default,
): Shape | readonly FieldError[] {
  const frames = framesFor(model, body, source, operation !== 'text-to-video');
  if ('reason' in frames) return [frames];
  const lengths = body.duration === undefined ? durationsNear(model, usualSeconds) : [body.duration];
  let problems: readonly FieldError[] | undefined;
  for (const frame of frames) {
    for (const durationSeconds of lengths) {
      const shape = { frame, durationSeconds };
      const broken = violations(model, factsOf(model, operation, body, shape));
      if (broken.length === 0) return shape;
      problems ??= broken;
    }
  }
  return problems ?? [{ field: 'size', reason: `${model.id} makes no frame of this size.` }];
}
