import { type Catalogue, type ModelSpec, type Operation } from '@shotloom/contracts';
import { AppError, type ErrorCode } from '@shotloom/kernel';

interface Wish {
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
}

/** Engines that clients may name already, and that are not part of this release. */
const ENGINES_TO_COME: readonly string[] = ['comfyui', 'turbodiffusion'];

/** The model that was asked for, or the first that is on and can do it. Throws with the field that is wrong. */
export function resolveModel(
  catalogue: Catalogue,
  operation: Operation,
  { model: id, provider }: Wish,
  today: Date,
): ModelSpec {
  if (id === undefined) return defaultModel(catalogue, operation, provider, today);
  const model = catalogue.list().find((candidate) => candidate.id === id);
  if (!model) {
    refuseToCome(id.split(':')[0] ?? '');
    const known = catalogue.list().map((candidate) => candidate.id);
    throw refuse('invalid_input', 'model', `There is no model ${id}. Known models: ${known.join(', ')}.`);
  }
  if (provider !== undefined && provider !== model.provider) {
    throw refuse('invalid_input', 'provider', `${id} is a model of ${model.provider}, not of ${provider}.`);
  }
  const state = catalogue.state(model, today);
  if (!state.enabled) throw refuse('unsupported_by_model', 'model', state.reason);
  return model;
}

function defaultModel(
  catalogue: Catalogue,
  operation: Operation,
  provider: string | undefined,
  today: Date,
): ModelSpec {
  const found = catalogue.defaultFor(operation, today, provider);
  if (found) return found;
  if (provider === undefined) {
    throw refuse('unsupported_by_model', 'model', `No model that is switched on here can do ${operation}.`);
  }
  const known = new Set(catalogue.list().map((model) => model.provider));
  if (!known.has(provider)) {
    refuseToCome(provider);
    const reason = `There is no provider ${provider}. Known providers: ${[...known].join(', ')}.`;
    throw refuse('invalid_input', 'provider', reason);
  }
  const reason = `No model of ${provider} that is switched on here can do ${operation}.`;
  throw refuse('unsupported_by_model', 'provider', reason);
}

function refuse(code: ErrorCode, field: string, reason: string): AppError {
  return new AppError(code, reason, { fields: [{ field, reason }] });
}

/** Throws where the provider is right, and its engine is not there yet. */
function refuseToCome(provider: string): void {
  if (!ENGINES_TO_COME.includes(provider)) return;
  const message = `${provider} is not there yet: this release has no engine for it. GET /api/v1/models lists what is.`;
  throw new AppError('provider_unavailable', message);
}
