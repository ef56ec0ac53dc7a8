import {
  durationsOf,
  durationWords,
  violations,
  type Adjustment,
  type ModelSpec,
  type Operation,
} from '@shotloom/contracts';
import { framesOf, shapeDistance, type Frame, type Pixels } from './frame';
import { factsOf, type Shape } from './shape';
import type { Adapted } from './adapt';
import type { GenerateBody } from './video-request';

/** A wrong shape is seen sooner than a wrong size or length. */
const SHAPE_WEIGHT = 2;
const SHAPE_FIELDS = new Set(['size', 'aspect_ratio', 'duration']);

/** The size, ratio and length nearest to what was asked for that no rule of the model forbids. */
export function adaptShape(
  model: ModelSpec,
  operation: Operation,
  body: GenerateBody,
  source: Pixels | null,
): Adapted {
  const { size, aspect_ratio: ratio, duration } = body;
  if (size === undefined && ratio === undefined && duration === undefined) return { body, adjustments: [] };
  const shape = nearestShape(model, operation, body, source);
  if (!shape) return { body, adjustments: [] };
  const { frame, durationSeconds } = shape;
  return {
    body: {
      ...body,
      ...(size === undefined && ratio === undefined
        ? {}
        : { size: frame.size, aspect_ratio: frame.aspectRatio }),
      ...(duration === undefined ? {} : { duration: durationSeconds }),
    },
    adjustments: [
      ...frameAdjustments(model, body, frame),
      ...lengthAdjustments(model, body, durationSeconds),
    ],
  };
}

function nearestShape(
  model: ModelSpec,
  operation: Operation,
  body: GenerateBody,
  source: Pixels | null,
): Shape | undefined {
  const cost = costOf(model, body, source);
  const frames = framesOf(model, source).filter(
    ({ aspectRatio }) => aspectRatio !== 'adaptive' || operation !== 'text-to-video',
  );
  // Of two that are equally near the longer is taken, as it comes first.
  const lengths = [...durationsOf(model)].reverse();
  const shapes = frames
    .flatMap((frame) => lengths.map((durationSeconds) => ({ frame, durationSeconds })))
    .map((shape) => ({ shape, cost: cost(shape) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ shape }) => shape);
  const allowed = (shape: Shape): boolean =>
    violations(model, factsOf(model, operation, body, shape)).every(({ field }) => !SHAPE_FIELDS.has(field));
  return shapes.find(allowed) ?? shapes[0];
}

function costOf(model: ModelSpec, body: GenerateBody, source: Pixels | null): (shape: Shape) => number {
  const wished = pixelsIn(body.size);
  const side = wished ? Math.min(wished.width, wished.height) : sideOf(model, body.size);
  const shape = wished ?? ratioPixels(body.aspect_ratio) ?? source;
  const seconds = body.duration ?? model.duration.default;
  return ({ frame, durationSeconds }) => {
    const named = frame.size.toLowerCase() === body.size?.toLowerCase();
    const bySize =
      named || side === null ? 0 : Math.abs(Math.log(Math.min(frame.width, frame.height) / side));
    const sameName = body.aspect_ratio === frame.aspectRatio;
    const byShape = sameName || shape === null ? 0 : shapeDistance(frame, shape);
    return bySize + SHAPE_WEIGHT * byShape + Math.abs(Math.log(durationSeconds / seconds));
  };
}

function pixelsIn(size: string | undefined): Pixels | null {
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(size ?? '') ?? [];
  return width === undefined || height === undefined
    ? null
    : { width: Number(width), height: Number(height) };
}

function ratioPixels(ratio: string | undefined): Pixels | null {
  const [, width, height] = /^(\d+):(\d+)$/.exec(ratio ?? '') ?? [];
  return width === undefined || height === undefined
    ? null
    : { width: Number(width), height: Number(height) };
}

/** The shorter side that a class stands for: by its name, since the model may not have it. */
function sideOf(model: ModelSpec, size: string = model.default_size): number | null {
  const [, lines] = /^(\d+)P$/i.exec(size) ?? [];
  if (lines !== undefined) return Number(lines);
  const [, thousands] = /^(\d)K$/i.exec(size) ?? [];
  if (thousands !== undefined) return Number(thousands) * 540;
  const frame = framesOf(model).find((candidate) => candidate.size === size);
  return frame ? Math.min(frame.width, frame.height) : null;
}

function frameAdjustments(model: ModelSpec, body: GenerateBody, frame: Frame): Adjustment[] {
  const { size, aspect_ratio: ratio } = body;
  const pixels = `${frame.width}x${frame.height}`;
  const sameSize = size === undefined || [frame.size.toLowerCase(), pixels].includes(size.toLowerCase());
  const reason = (from: string, to: string): string =>
    `${model.id} does not make ${from} like this; ${to} is the nearest.`;
  const to = pixelsIn(size) ? pixels : frame.size;
  return [
    ...(sameSize ? [] : [{ field: 'size', from: size, to, reason: reason(size, to) }]),
    ...(ratio === undefined || ratio === frame.aspectRatio
      ? []
      : [
          {
            field: 'aspect_ratio',
            from: ratio,
            to: frame.aspectRatio,
            reason: reason(ratio, frame.aspectRatio),
          },
        ]),
  ];
}

function lengthAdjustments(model: ModelSpec, { duration }: GenerateBody, seconds: number): Adjustment[] {
  if (duration === undefined || duration === seconds) return [];
  const can = durationsOf(model).includes(duration)
    ? `${model.id} makes no video of ${duration} s like this`
    : `${model.id} makes videos of ${durationWords(model)}, not of ${duration} s`;
  return [{ field: 'duration', from: duration, to: seconds, reason: `${can}; ${seconds} s is the nearest.` }];
}
