import { coherentModelSpecSchema, type ModelSpec } from '@shotloom/contracts';

/** The newest rows that are valid; what is in them is read through the schemas. */
export interface CatalogueRows {
  readonly overrides: readonly { readonly model: string; readonly spec: unknown }[];
  readonly prices: readonly { readonly model: string; readonly price: unknown }[];
}

export interface Effective {
  readonly models: readonly ModelSpec[];
  /** Models whose rows cannot be read by this release. */
  readonly unreadable: readonly string[];
}

/**
 * The release's models with what the operator says over them: a spec replaces the release's, a price that of either. What cannot be
 * read makes a model be without a price, so that it is refused rather than sold for less than the operator wants. Pure.
 */
export function effectiveModels(base: readonly ModelSpec[], { overrides, prices }: CatalogueRows): Effective {
  const unreadable = new Set<string>();
  const byId = new Map(base.map((model) => [model.id, model]));
  for (const { model: id, spec } of overrides) {
    const builtIn = byId.get(id);
    const parsed = coherentModelSpecSchema.safeParse({ ...(spec as object), price: builtIn?.price ?? null });
    if (parsed.success && parsed.data.id === id) byId.set(id, parsed.data);
    else {
      unreadable.add(id);
      if (builtIn) byId.set(id, { ...builtIn, price: null });
    }
  }
  for (const { model: id, price } of prices) {
    const model = byId.get(id);
    if (!model) continue;
    const parsed = coherentModelSpecSchema.safeParse({ ...model, price });
    if (!parsed.success) unreadable.add(id);
    byId.set(id, { ...model, price: parsed.success && !unreadable.has(id) ? parsed.data.price : null });
  }
  return { models: [...byId.values()], unreadable: [...unreadable] };
}
