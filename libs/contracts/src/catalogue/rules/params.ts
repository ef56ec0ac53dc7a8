import type { ModelSpec } from '../model';
import type { ParamSpec } from '../param-spec';
import type { ParamValue } from '../vocabulary';
import type { Violation } from './constraints';

type WithParams = Pick<ModelSpec, 'id' | 'params'>;
type Params = Readonly<Record<string, ParamValue>>;

/** What a parameter takes, for sentences. */
export function paramWords(spec: ParamSpec): string {
  switch (spec.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number from ${spec.min} to ${spec.max}`;
    case 'number':
      return `a number from ${spec.min} to ${spec.max}`;
    case 'string':
      return `a text of at most ${spec.max_length} characters`;
    case 'enum':
      return spec.values.length === 1 ? `${spec.values[0]}` : `one of ${spec.values.join(', ')}`;
  }
}

export function takesValue(spec: ParamSpec, value: ParamValue): boolean {
  switch (spec.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'number': {
      const fits = typeof value === 'number' && value >= spec.min && value <= spec.max;
      return fits && (spec.type === 'number' || Number.isInteger(value));
    }
    case 'string':
      return typeof value === 'string' && value.length <= spec.max_length;
    case 'enum':
      return typeof value === 'string' && spec.values.includes(value);
  }
}

export const paramSpecOf = ({ params }: Pick<ModelSpec, 'params'>, name: string): ParamSpec | undefined =>
  Object.hasOwn(params, name) ? params[name] : undefined;

/** What the model does not take of the parameters that were given, as fields `params.<name>`. */
export function checkParams(model: WithParams, given: Params): Violation[] {
  const known = Object.keys(model.params);
  return Object.entries(given).flatMap(([name, value]) => {
    const spec = paramSpecOf(model, name);
    const field = `params.${name}`;
    if (spec === undefined) {
      const instead = known.length === 0 ? 'It has no parameters.' : `It takes: ${known.join(', ')}.`;
      return [{ field, reason: `${model.id} has no parameter ${name}. ${instead}` }];
    }
    if (takesValue(spec, value)) return [];
    return [{ field, reason: `${model.id} takes ${paramWords(spec)} as ${name}.` }];
  });
}

/** What was given, and the defaults of all else that has one. Call it after the check. */
export function resolveParams(model: Pick<ModelSpec, 'params'>, given: Params): Record<string, ParamValue> {
  const defaults = Object.entries(model.params).flatMap(([name, spec]) =>
    spec.default === null ? [] : [[name, spec.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...given };
}
