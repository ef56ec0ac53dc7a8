import type { CallSignal } from './jobs-api';
import type { Transport } from './transport';
import type {
  BalanceResource,
  ConnectionReportResource,
  ProviderConfig,
  ProviderResource,
  SaveProviderConfig,
} from './types';

const PATH = '/api/v1/providers';

/** The engines behind the models, and the caller's own keys at them. Secrets go in and never come out. */
export class ProvidersApi {
  constructor(private readonly transport: Transport) {}

  async list({ signal }: CallSignal = {}): Promise<ProviderResource[]> {
    return (await this.transport.call<{ data: ProviderResource[] }>(PATH, { signal })).data;
  }

  /** The own key, masked, and settings. */
  config(id: string, { signal }: CallSignal = {}): Promise<ProviderConfig> {
    return this.transport.call<ProviderConfig>(`${pathOf(id)}/config`, { signal });
  }

  /** What is left out stays; a masked value keeps its secret. */
  saveConfig(id: string, body: SaveProviderConfig): Promise<ProviderConfig> {
    return this.transport.call<ProviderConfig>(`${pathOf(id)}/config`, { method: 'PUT', body });
  }

  async removeConfig(id: string): Promise<void> {
    await this.transport.call<unknown>(`${pathOf(id)}/config`, { method: 'DELETE' });
  }

  /** Whether the own key works, within ten seconds. */
  testConnection(id: string): Promise<ConnectionReportResource> {
    const path = `${pathOf(id)}/test-connection`;
    return this.transport.call<ConnectionReportResource>(path, { method: 'POST' });
  }

  /** What is left at the vendor under the own key. Throws where the vendor does not say. */
  balance(id: string, { signal }: CallSignal = {}): Promise<BalanceResource> {
    return this.transport.call<BalanceResource>(`${pathOf(id)}/balance`, { signal });
  }
}

const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
