import { coherentModelSpecSchema } from '../coherence';
import type { ModelEntry, ModelSpec } from '../model';
import { providerSpecSchema, type ProviderSpec } from '../provider-spec';
import type { z } from 'zod';

/** One provider as this release knows it. */
export interface Vendor {
  readonly provider: ProviderSpec;
  /** The first that is on is what a request without a model gets. */
  readonly models: readonly ModelSpec[];
}

/** Checks the entries when the module loads, so that a wrong one cannot ship. */
export function defineVendor(
  provider: z.input<typeof providerSpecSchema>,
  models: readonly Omit<ModelEntry, 'provider'>[],
): Vendor {
  return {
    provider: providerSpecSchema.parse(provider),
    models: models.map((model) => coherentModelSpecSchema.parse({ ...model, provider: provider.id })),
  };
}
