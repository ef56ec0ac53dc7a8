import type { Bus } from '@shotloom/bus';
import { credentialSecretRpc, type CredentialRef } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { VendorCredential } from '../vendor';

interface Kept {
  readonly credential: Promise<VendorCredential | null>;
  readonly until: number;
}

export interface CredentialCacheOptions {
  /** Milliseconds. A version never changes, so this only bounds how long a key that was taken away is still known here. */
  readonly ttlMs?: number;
  readonly limit?: number;
}

const TTL_MS = 5 * 60_000;
const LIMIT = 1_000;

/** Keys of one provider as attempts pinned them: asked of the gateway, kept in memory only, never logged. */
export class CredentialCache {
  private readonly kept = new Map<string, Kept>();
  private readonly ttlMs: number;
  private readonly limit: number;

  constructor(
    private readonly bus: Bus,
    private readonly provider: string,
    options: CredentialCacheOptions = {},
  ) {
    this.ttlMs = options.ttlMs ?? TTL_MS;
    this.limit = options.limit ?? LIMIT;
  }

  /** Throws `provider_auth_failed` where there is no such key (any more), and what the bus throws. Always `refused`. */
  async get(ref: CredentialRef): Promise<VendorCredential> {
    const credential = await this.find(ref);
    if (credential !== null) return credential;
    throw new AppError(
      'provider_auth_failed',
      `The key for ${this.provider} that this was begun with does not exist any more. Add one in the provider settings.`,
      { provider: this.provider, retryable: true },
    );
  }

  /** Null: there is no such key. That is not kept, since it may be a matter of time. */
  async find(ref: CredentialRef): Promise<VendorCredential | null> {
    const key = `${ref.id}:${ref.version}`;
    const now = performance.now();
    const known = this.kept.get(key);
    if (known !== undefined && known.until > now) return known.credential;
    const asked = this.ask(ref);
    this.kept.delete(key);
    this.kept.set(key, { credential: asked, until: now + this.ttlMs });
    if (this.kept.size > this.limit) this.forgetOldest();
    try {
      const credential = await asked;
      if (credential === null) this.forget(key, asked);
      return credential;
    } catch (error) {
      this.forget(key, asked);
      throw error;
    }
  }

  private async ask({ id, version }: CredentialRef): Promise<VendorCredential | null> {
    const { credential } = await this.bus.request(credentialSecretRpc(this.provider), { id, version });
    // Another version would be another key: the vendor may know the task under the old one only.
    if (credential === null || credential.id !== id || credential.version !== version) return null;
    const { fields, baseUrl } = credential;
    return { id, version, fields, ...(baseUrl === null ? {} : { baseUrl }) };
  }

  private forget(key: string, asked: Kept['credential']): void {
    if (this.kept.get(key)?.credential === asked) this.kept.delete(key);
  }

  /** A map remembers the order in which its keys came. */
  private forgetOldest(): void {
    const [oldest] = this.kept.keys();
    if (oldest !== undefined) this.kept.delete(oldest);
  }
}
