import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  credentialChangedRpc,
  credentialSpendRpc,
  credentialUseRpc,
  listProvidersRpc,
  setProviderLimitsRpc,
  spendRpc,
  type RpcContract,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { OnRequest } from '@shotloom/bus/nest';
import { ORCHESTRATOR, type Orchestrator } from '../app.tokens';
import { mustBeKnown } from '../ops/provider-switch';
import { readCredentialSpend, readSpend } from '../spend/spend-queries';
import { credentialsInUse, noteCredentialChange } from './credential-changes';
import { setLimits } from './limits';
import { listProviders } from './provider-list';

/** What `ProvidersController` answers. */
export const PROVIDER_RPCS: readonly RpcContract[] = [
  listProvidersRpc,
  setProviderLimitsRpc,
  spendRpc,
  credentialSpendRpc,
  credentialChangedRpc,
  credentialUseRpc,
];

/** Providers and the keys at them, as the gateway asks about them and changes them for users and operators. */
@Controller()
export class ProvidersController {
  constructor(@Inject(ORCHESTRATOR) private readonly app: Orchestrator) {}

  @OnRequest(listProvidersRpc, { concurrency: 2 })
  async list(): Promise<RpcResponse<typeof listProvidersRpc>> {
    return { providers: await listProviders(this.app.database) };
  }

  @OnRequest(setProviderLimitsRpc, { concurrency: 1 })
  async limit(
    @Payload() { provider, limits }: RpcRequest<typeof setProviderLimitsRpc>,
  ): Promise<RpcResponse<typeof setProviderLimitsRpc>> {
    const { database, scheduler } = this.app;
    await mustBeKnown(database, provider);
    const now = await database.run((tx) => setLimits(tx, provider, limits));
    scheduler.wake(provider);
    return { limits: now };
  }

  @OnRequest(spendRpc, { concurrency: 1 })
  spend(@Payload() query: RpcRequest<typeof spendRpc>): Promise<RpcResponse<typeof spendRpc>> {
    return readSpend(this.app.database, query);
  }

  @OnRequest(credentialSpendRpc, { concurrency: 2 })
  credentialSpend(
    @Payload() { credentialIds }: RpcRequest<typeof credentialSpendRpc>,
  ): Promise<RpcResponse<typeof credentialSpendRpc>> {
    return readCredentialSpend(this.app.database, credentialIds);
  }

  @OnRequest(credentialChangedRpc, { concurrency: 2 })
  async changed(
    @Payload() change: RpcRequest<typeof credentialChangedRpc>,
  ): Promise<RpcResponse<typeof credentialChangedRpc>> {
    await noteCredentialChange(this.app, change);
    return { noted: true };
  }

  @OnRequest(credentialUseRpc, { concurrency: 1 })
  async use(
    @Payload() { credentials }: RpcRequest<typeof credentialUseRpc>,
  ): Promise<RpcResponse<typeof credentialUseRpc>> {
    return { used: await credentialsInUse(this.app.database, credentials) };
  }
}
