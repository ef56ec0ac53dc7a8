import type { Condition, Constraint } from '../condition';
import type { ModelSpec } from '../model';
import type { InputRole, ParamValue } from '../vocabulary';
import { countOf, type RequestFacts } from './facts';
import { matches } from './matches';

/** What is wrong with a request: the field of its body, and a sentence. */
export interface Violation {
  readonly field: string;
  readonly reason: string;
}

/** How an input is called in the body of a request, and in sentences. */
export const INPUT_FIELDS: Readonly<Record<InputRole, string>> = {
  first_frame: 'asset_id',
  last_frame: 'last_frame',
  reference: 'references',
  video: 'asset_id',
};
export const INPUT_WORDS: Readonly<Record<InputRole, string>> = {
  first_frame: 'first frame',
  last_frame: 'last frame',
  reference: 'reference picture',
  video: 'video',
};

/** Everything that the model does not do together, of a request that it could do piece by piece. */
export function violations(model: Pick<ModelSpec, 'id' | 'constraints'>, facts: RequestFacts): Violation[] {
  return model.constraints
    .filter(({ when }) => matches(when, facts))
    .flatMap((constraint) =>
      broken(constraint, facts).map(({ field, says }) => ({
        field,
        reason: constraint.reason ?? `${[model.id, ...conditionWords(constraint.when)].join(' ')} ${says}.`,
      })),
    );
}

interface Broken {
  readonly field: string;
  /** The rest of the sentence that begins with the model. */
  readonly says: string;
}

function broken({ only }: Constraint, facts: RequestFacts): Broken[] {
  const { size, aspectRatio } = facts;
  const oneOf = (field: string, value: string, allowed: readonly string[] | undefined): Broken[] =>
    allowed === undefined || allowed.includes(value)
      ? []
      : [{ field, says: `makes ${listed(allowed)} only, not ${value}` }];
  return [
    ...brokenLength(only, facts.durationSeconds),
    ...oneOf('size', size, only.sizes),
    ...oneOf('aspect_ratio', aspectRatio, only.aspect_ratios),
    ...Object.entries(only.params ?? {}).flatMap(([name, values]) => brokenParam(facts, name, values)),
    ...(only.needs_inputs ?? [])
      .filter((role) => countOf(facts, [role]) === 0)
      .map((role) => ({ field: INPUT_FIELDS[role], says: `needs a ${INPUT_WORDS[role]}` })),
    ...(only.refuses_inputs ?? [])
      .filter((role) => countOf(facts, [role]) > 0)
      .map((role) => ({ field: INPUT_FIELDS[role], says: `takes no ${INPUT_WORDS[role]}` })),
  ];
}

function brokenLength(only: Constraint['only'], seconds: number): Broken[] {
  const { durations, min_duration: min = 0, max_duration: max = Infinity } = only;
  const says = (allowed: string): Broken[] => [
    { field: 'duration', says: `makes videos of ${allowed}, not of ${seconds} s` },
  ];
  if (durations !== undefined && !durations.includes(seconds)) return says(`${listed(durations)} s only`);
  if (seconds > max) return says(`at most ${max} s`);
  return seconds < min ? says(`at least ${min} s`) : [];
}

function brokenParam({ params }: RequestFacts, name: string, allowed: readonly ParamValue[]): Broken[] {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  if (value === undefined || allowed.includes(value)) return [];
  return [
    { field: `params.${name}`, says: `takes ${listed(allowed)} as ${name} only, not ${String(value)}` },
  ];
}

/** `when` as words that follow the model's name. */
function conditionWords(when: Condition): string[] {
  const { operations, sizes, aspect_ratios, duration, params, inputs, without_inputs } = when;
  const withRoles = (roles: readonly InputRole[]): string =>
    roles.map((role) => `a ${INPUT_WORDS[role]}`).join(' and ');
  return [
    ...(operations ? [`for ${listed(operations)}`] : []),
    ...(sizes ? [`at ${listed(sizes)}`] : []),
    ...(aspect_ratios ? [`at ${listed(aspect_ratios)}`] : []),
    ...(duration?.min === undefined ? [] : [`from ${duration.min} s`]),
    ...(duration?.max === undefined ? [] : [`up to ${duration.max} s`]),
    ...Object.entries(params ?? {}).map(([name, values]) => `with ${name} ${listed(values)}`),
    ...(inputs ? [`with ${withRoles(inputs)}`] : []),
    ...(without_inputs ? [`without ${withRoles(without_inputs)}`] : []),
  ];
}

const listed = (values: readonly ParamValue[]): string => values.map(String).join(' or ');
