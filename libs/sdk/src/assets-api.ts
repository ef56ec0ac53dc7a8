import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { Transport } from './transport';
import type { AssetPage, AssetResource } from './types';

export interface AssetFilter extends PageOptions {
  readonly kind?: AssetResource['kind'];
  /** `upload`: what you brought; `generated`: what jobs made. */
  readonly origin?: AssetResource['origin'];
  readonly contentType?: string;
}

/** Your stored files. An unknown id and another user's look the same: `not_found`. */
export class AssetsApi {
  constructor(private readonly transport: Transport) {}

  /** Newest first. */
  list(filter: AssetFilter = {}, { signal }: CallSignal = {}): Promise<AssetPage> {
    const { kind, origin, contentType } = filter;
    const query = { ...pageQuery(filter), kind, origin, content_type: contentType };
    return this.transport.call<AssetPage>('/api/v1/assets', { query, signal });
  }

  /** Throws `gone` where the plan no longer keeps it. */
  get(id: string, { signal }: CallSignal = {}): Promise<AssetResource> {
    return this.transport.call<AssetResource>(pathOf(id), { signal });
  }

  /** Throws `conflict` while a job that has not ended needs it, and for what a job made. */
  async delete(id: string): Promise<void> {
    await this.transport.call<unknown>(pathOf(id), { method: 'DELETE' });
  }
}

const pathOf = (id: string): string => `/api/v1/assets/${encodeURIComponent(id)}`;
