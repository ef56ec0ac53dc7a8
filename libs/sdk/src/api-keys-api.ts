import { randomKey } from './idempotency';
import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { Transport } from './transport';
import type { ApiKeyPage, CreateApiKey, CreatedApiKey } from './types';

const PATH = '/api/v1/api-keys';

export type NewApiKey = Pick<CreateApiKey, 'name'> & Partial<CreateApiKey>;

/** Keys for programs. A secret is in one answer only: a repeated call gets the key without it. */
export class ApiKeysApi {
  constructor(private readonly transport: Transport) {}

  /** Newest first. */
  list(page: PageOptions = {}, { signal }: CallSignal = {}): Promise<ApiKeyPage> {
    return this.transport.call<ApiKeyPage>(PATH, { query: pageQuery(page), signal });
  }

  create(body: NewApiKey): Promise<CreatedApiKey> {
    return this.transport.call<CreatedApiKey>(PATH, { method: 'POST', body, idempotencyKey: randomKey() });
  }

  /** Another secret with the same name, scopes, expiry and limit; the old one ends after `overlapSeconds`. */
  rotate(id: string, overlapSeconds = 0): Promise<CreatedApiKey> {
    return this.transport.call<CreatedApiKey>(`${PATH}/${encodeURIComponent(id)}/rotate`, {
      method: 'POST',
      body: { overlap_seconds: overlapSeconds },
      idempotencyKey: randomKey(),
    });
  }

  async revoke(id: string): Promise<void> {
    await this.transport.call<unknown>(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }
}
