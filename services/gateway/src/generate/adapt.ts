import {
  paramSpecOf,
  paramWords,
  takesValue,
  type Adjustment,
  type ModelSpec,
  type Operation,
  type ParamValue,
} from '@shotloom/contracts';
import { adaptShape } from './adapt-shape';
import type { Pixels } from './frame';
import { findShape } from './shape';
import type { GenerateBody } from './video-request';

export interface Adapted {
  readonly body: GenerateBody;
  readonly adjustments: readonly Adjustment[];
}

/**
 * The nearest that the model can make of a body, and what was changed for it: for routes that were promised to take anything. Native
 * routes refuse instead. What has no nearest (no prompt, an operation that the model cannot do, a picture that it needs) is left as it
 * is, for the checks. `source`: the picture or video that it is made from. Pure.
 */
export function adapt(
  model: ModelSpec,
  operation: Operation,
  body: GenerateBody,
  source: Pixels | null = null,
): Adapted {
  const steps = [adaptWords, adaptInputs, adaptParams, adaptShape, adaptRest];
  return steps.reduce<Adapted>(
    (sofar, step) => {
      const next = step(model, operation, sofar.body, source);
      return { body: next.body, adjustments: [...sofar.adjustments, ...next.adjustments] };
    },
    { body, adjustments: [] },
  );
}

const shortened = (value: ParamValue): ParamValue =>
  typeof value === 'string' && value.length > 200 ? `${value.slice(0, 199)}…` : value;

function adaptWords(model: ModelSpec, operation: Operation, body: GenerateBody): Adapted {
  const { supports, id } = model;
  const takesStrength = supports.strength && operation === 'video-to-anime';
  const untaken = [
    ['prompt', model.prompt.unused === true, 'prompt'],
    ['negative_prompt', supports.negative_prompt === false, 'negative prompt'],
    ['seed', !supports.seed, 'seed'],
    ['strength', !takesStrength, 'strength here'],
  ] as const;
  const rest: GenerateBody = { ...body };
  const adjustments: Adjustment[] = [];
  for (const [field, isUntaken, words] of untaken) {
    const from = rest[field];
    if (from === undefined || !isUntaken) continue;
    rest[field] = undefined;
    adjustments.push({
      field,
      from: shortened(from),
      to: null,
      reason: `${id} takes no ${words}; it was left out.`,
    });
  }
  return { body: rest, adjustments };
}

function adaptInputs(model: ModelSpec, _: Operation, body: GenerateBody): Adapted {
  const { last_frame: last, subject_reference_url: subject, references } = body;
  const rest: GenerateBody = { ...body };
  const adjustments: Adjustment[] = [];
  const most = model.inputs.reference?.max_count ?? 0;
  if (last !== undefined && !model.inputs.last_frame) {
    rest.last_frame = undefined;
    const reason = `${model.id} takes no last frame; it was left out.`;
    adjustments.push({ field: 'last_frame', from: last, to: null, reason });
  }
  const given = [...(subject === undefined ? [] : [subject]), ...(references ?? [])];
  if (given.length > most) {
    const kept = given.slice(0, most);
    rest.subject_reference_url = undefined;
    rest.references = kept.length > 0 ? kept : undefined;
    const takes = most === 0 ? 'no reference pictures' : `at most ${most} reference pictures`;
    const reason = `${model.id} takes ${takes}; the rest was left out.`;
    adjustments.push({ field: 'references', from: given.length, to: kept.length, reason });
  }
  return { body: rest, adjustments };
}

function adaptParams(model: ModelSpec, _: Operation, body: GenerateBody): Adapted {
  const adjustments: Adjustment[] = [];
  const params = Object.entries(body.params ?? {}).flatMap(([name, from]): [string, ParamValue][] => {
    const spec = paramSpecOf(model, name);
    if (spec && takesValue(spec, from)) return [[name, from]];
    const to = spec && nearestValue(spec, from);
    const words = spec ? `takes ${paramWords(spec)} as ${name}` : `has no parameter ${name}`;
    const end = to === undefined ? 'it was left out' : `${to} is the nearest`;
    const reason = `${model.id} ${words}; ${end}.`;
    adjustments.push({ field: `params.${name}`, from: shortened(from), to: to ?? null, reason });
    return to === undefined ? [] : [[name, to]];
  });
  return {
    body: body.params === undefined ? body : { ...body, params: Object.fromEntries(params) },
    adjustments,
  };
}

/** Numbers have a nearest one; all else has not. */
function nearestValue(
  spec: NonNullable<ReturnType<typeof paramSpecOf>>,
  value: ParamValue,
): number | undefined {
  if (typeof value !== 'number' || (spec.type !== 'integer' && spec.type !== 'number')) return undefined;
  const within = Math.min(spec.max, Math.max(spec.min, value));
  return spec.type === 'integer' ? Math.round(within) : within;
}

/** What rules still forbid when the shape is as near as it can be: parameters go back to the default, and inputs go. */
function adaptRest(
  model: ModelSpec,
  operation: Operation,
  body: GenerateBody,
  source: Pixels | null,
): Adapted {
  const found = findShape(model, operation, body, source);
  if ('frame' in found) return { body, adjustments: [] };
  const rest: GenerateBody = { ...body, params: { ...body.params } };
  const adjustments: Adjustment[] = [];
  for (const { field, reason } of found) {
    const [, name] = /^params\.(.+)$/.exec(field) ?? [];
    const from = name === undefined ? undefined : rest.params?.[name];
    if (name !== undefined && from !== undefined) {
      delete rest.params?.[name];
      adjustments.push({ field, from: shortened(from), to: null, reason: `${reason} It was left out.` });
    }
    if (field === 'last_frame' && rest.last_frame !== undefined) {
      adjustments.push({ field, from: rest.last_frame, to: null, reason: `${reason} It was left out.` });
      rest.last_frame = undefined;
    }
  }
  return { body: rest, adjustments };
}
