import type { Principal } from '@shotloom/contracts';

const SIZE = 5_000;

interface Entry {
  readonly principal: Principal;
  readonly untilMs: number;
}

/** What must be forgotten at once. */
export interface Revoked {
  readonly sessionIds?: readonly string[];
  readonly keyIds?: readonly string[];
  /** All that these people have. */
  readonly userIds?: readonly string[];
}

/** Credentials that were verified a moment ago, so that a burst of requests costs one look-up. */
export class VerifiedCache {
  private readonly entries = new Map<string, Entry>();
  private revocations = 0;

  get(key: string, nowMs: number): Principal | undefined {
    const entry = this.entries.get(key);
    return entry && entry.untilMs > nowMs ? entry.principal : undefined;
  }

  /** Take it before a look-up: what is revoked while that runs must not be remembered as valid. */
  mark(): number {
    return this.revocations;
  }

  remember(key: string, principal: Principal, untilMs: number, mark: number): void {
    if (mark !== this.revocations) return;
    // Entries live a second; a full map is a burst, and forgetting them all costs one look-up each.
    if (this.entries.size >= SIZE) this.entries.clear();
    this.entries.set(key, { principal, untilMs });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  forget({ sessionIds = [], keyIds = [], userIds = [] }: Revoked): void {
    this.revocations += 1;
    const ended = new Set([...sessionIds, ...keyIds, ...userIds]);
    for (const [key, { principal }] of this.entries) {
      const { sessionId, keyId, userId } = principal;
      if ([sessionId, keyId, userId].some((id) => id !== null && ended.has(id))) this.entries.delete(key);
    }
  }
}
