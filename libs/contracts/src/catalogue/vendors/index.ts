import type { ModelSpec } from '../model';
import type { ProviderSpec } from '../provider-spec';
import { animatic } from './animatic';
import { hailuo } from './hailuo';
import { kling } from './kling';
import { lovart } from './lovart';
import { replicate } from './replicate';
import { runway } from './runway';
import { sora } from './sora';
import type { Vendor } from './vendor';
import { yunwu } from './yunwu';

/** Everybody whose models this release knows: a folder each, and a line here. */
const VENDORS: readonly Vendor[] = [animatic, kling, hailuo, lovart, replicate, runway, sora, yunwu];

export const PROVIDERS: readonly ProviderSpec[] = VENDORS.map(({ provider }) => provider);
export const MODELS: readonly ModelSpec[] = VENDORS.flatMap(({ models }) => models);

/** For a provider that the list does not have: one of the operator's own, rendered under a lease. */
export function providerSpec(id: string): ProviderSpec {
  return (
    PROVIDERS.find((provider) => provider.id === id) ?? {
      id,
      kind: 'lease',
      concurrency: 64,
      requests: null,
      createsPerMinute: null,
      poll: null,
    }
  );
}
