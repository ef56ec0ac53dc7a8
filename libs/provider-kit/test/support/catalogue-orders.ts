import {
  resolveParams,
  violations,
  type InputRole,
  type ModelSpec,
  type Operation,
  type ParamValue,
  type VideoRequest,
} from '@shotloom/contracts';

/** An operation, and what is given with it. */
export type OrderInputs = readonly (readonly [Operation, readonly InputRole[]])[];

/** Text, a first picture, and a last one too. */
export const FRAMES: OrderInputs = [
  ['text-to-video', []],
  ['image-to-video', ['first_frame']],
  ['image-to-video', ['first_frame', 'last_frame']],
];

export interface OrderOptions {
  readonly inputs?: OrderInputs;
  /** Parameters that are given, each set in turn; the rest have their defaults. */
  readonly params?: readonly Readonly<Record<string, ParamValue>>[];
}

const NO_PIXELS = { width: 0, height: 0 };

/**
 * Every size, ratio, length at both ends, set of inputs and set of parameters that the catalogue says goes together in a model: what a
 * vendor's adapter must be able to order.
 */
export function ordersOf(
  model: ModelSpec,
  { inputs = FRAMES, params = [{}] }: OrderOptions = {},
): VideoRequest[] {
  const { id, provider, sizes, aspect_ratios: ratios, duration } = model;
  const wanted = inputs.filter(
    ([operation, roles]) => model.operations.includes(operation) && roles.every((role) => takes(model, role)),
  );
  const found = Object.entries(sizes).flatMap(([size, pixels]) =>
    ratios.flatMap((aspectRatio) =>
      [duration.min, duration.max].flatMap((durationSeconds) =>
        wanted.flatMap(([operation, roles]) =>
          params.map((given): VideoRequest => ({
            ...{ operation, provider, model: id, prompt: 'a cat', seed: 1, strength: null },
            ...{ negativePrompt: 'blur', stylePreset: 'ghibli', durationSeconds, aspectRatio, size },
            ...(pixels[aspectRatio] ?? NO_PIXELS),
            inputs: roles.map((role) => ({ role, assetId: 'a', objectKey: 'k', contentType: 'image/png' })),
            params: resolveParams(model, given),
            adjustments: [],
          })),
        ),
      ),
    ),
  );
  return found.filter((request) => violations(model, request).length === 0);
}

const takes = ({ inputs }: ModelSpec, role: InputRole): boolean =>
  Boolean(role === 'first_frame' ? inputs.image : inputs[role]);
