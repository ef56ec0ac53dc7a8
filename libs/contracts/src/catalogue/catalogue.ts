import { AppError } from '@shotloom/kernel';
import type { ModelSpec } from './model';
import { creditsFor, type RequestFacts } from './rules';
import { MODELS } from './vendors';
import type { Operation } from './vocabulary';

export type ModelState = { readonly enabled: true } | { readonly enabled: false; readonly reason: string };

/**
 * The models, and which of them this installation offers. The day is given, so that a test can set it. The models may be replaced
 * while it is used: work that asks more than once takes a `snapshot` first.
 */
export class Catalogue {
  constructor(
    private readonly enabledProviders: ReadonlySet<string>,
    private models: readonly ModelSpec[] = MODELS,
    private off: ReadonlySet<string> = new Set(),
  ) {}

  /** From now on these are the models, and the providers that an admin has switched off; a snapshot that was taken before keeps its own. */
  replace(models: readonly ModelSpec[], off: ReadonlySet<string> = this.off): void {
    this.models = models;
    this.off = off;
  }

  /** The catalogue of this moment, which never changes. */
  snapshot(): Catalogue {
    return new Catalogue(this.enabledProviders, this.models, this.off);
  }

  list(): readonly ModelSpec[] {
    return this.models;
  }

  has(id: string): boolean {
    return this.models.some((model) => model.id === id);
  }

  /** Throws `not_found` with what there is instead. */
  get(id: string): ModelSpec {
    const model = this.models.find((candidate) => candidate.id === id);
    if (model) return model;
    const known = this.models.map((candidate) => candidate.id).join(', ');
    throw new AppError('not_found', `There is no model ${id}. Known models: ${known}.`);
  }

  /** Whether anybody here starts attempts of the provider. */
  isOn(provider: string): boolean {
    return this.enabledProviders.has(provider);
  }

  state(model: ModelSpec, today: Date): ModelState {
    if (model.retires_on && new Date(model.retires_on) <= today) {
      const instead = model.successor ? ` Use ${model.successor} instead.` : '';
      return { enabled: false, reason: `${model.id} was retired on ${model.retires_on}.${instead}` };
    }
    if (!this.isOn(model.provider)) {
      return {
        enabled: false,
        reason: `The provider ${model.provider} is not switched on in this installation.`,
      };
    }
    if (this.off.has(model.provider)) {
      return { enabled: false, reason: `The operator has switched ${model.provider} off for now.` };
    }
    if (!model.price) return { enabled: false, reason: `${model.id} has no price yet; set one to offer it.` };
    return { enabled: true };
  }

  /** The first model that is on and can do the operation, for callers who name none. */
  defaultFor(operation: Operation, today: Date, provider?: string): ModelSpec | undefined {
    return this.models.find(
      (model) =>
        model.operations.includes(operation) &&
        (provider === undefined || model.provider === provider) &&
        this.state(model, today).enabled,
    );
  }
}

/** Whole credits for one video, and the version of the price. Throws where the model has none: never free by accident. */
export function priceOf(model: ModelSpec, request: RequestFacts): { credits: number; version: string } {
  const credits = creditsFor(model, request);
  if (!model.price || credits === null)
    throw new AppError('unsupported_by_model', `${model.id} has no price, so it cannot be used.`);
  return { credits, version: model.price.version };
}
