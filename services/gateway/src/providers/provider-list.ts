import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { listProvidersRpc, providerSpec, type ProviderNow, type ProviderResource } from '@shotloom/contracts';
import type { Config } from '../config';
import { BUS, CONFIG } from '../platform/parts';
import { Settings } from '../platform/settings';

/** The providers that this installation runs, and how they do. */
@Injectable()
export class ProviderList {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: Config,
    private readonly settings: Settings,
  ) {}

  /** As an operator sees them: with limits and breakers. */
  async facts(): Promise<readonly (ProviderNow & { readonly off: boolean })[]> {
    const { providers } = await this.bus.request(listProvidersRpc, {});
    const { providers_off: off } = await this.settings.current();
    return providers
      .filter(({ provider }) => this.config.PROVIDERS_ENABLED.includes(provider))
      .map((facts) => ({ ...facts, off: off.includes(facts.provider) }));
  }

  async list(ownKeysAt: ReadonlySet<string>): Promise<ProviderResource[]> {
    return (await this.facts()).map((facts) => toProviderResource(facts, ownKeysAt.has(facts.provider)));
  }
}

export function toProviderResource(
  facts: ProviderNow & { readonly off: boolean },
  ownKey: boolean,
): ProviderResource {
  const { provider, pausedReason, waitingReason, breakers, off } = facts;
  const reason = off ? 'The operator has switched it off for now.' : (pausedReason ?? waitingReason);
  return {
    id: provider,
    kind: providerSpec(provider).kind,
    state: off ? 'off' : pausedReason === null ? 'on' : 'paused',
    reason,
    queued: facts.waiting,
    oldest_queued_seconds: Math.round(facts.oldestWaitingSeconds),
    in_flight: facts.inFlight,
    error_rate: facts.errorRate === null ? null : Math.round(facts.errorRate * 1_000) / 1_000,
    breaker: breakers.length === 0 ? 'closed' : waitingReason === 'breaker_open' ? 'open' : 'part',
    own_key: ownKey,
  };
}
