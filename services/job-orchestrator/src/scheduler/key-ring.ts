import type { KnownCredentials, ListedCredential } from './credential-directory';

/** A key that an attempt is pinned to. */
export interface PickedKey {
  readonly id: string;
  readonly version: number;
  /** The one attempt that tries whether the vendor is back. */
  readonly probe: boolean;
}

/** Gives a key for one attempt of a user and counts it. `none`: no key of theirs has room. Null: no key is needed. */
export interface KeyChoice {
  pick(ownerUserId: string): PickedKey | null | 'none';
}

export const NO_KEYS_NEEDED: KeyChoice = { pick: () => null };

/** What the database knows of a credential. */
export interface KeyState {
  readonly id: string;
  readonly inUse: number;
  /** The operator's own limit for it; null is what the directory says. */
  readonly limit: number | null;
  /** Calls it may make now; null without a limit. */
  readonly tokens: number | null;
  /** When there is at least one. */
  readonly nextTokenAt: Date | null;
  readonly breaker: 'closed' | 'shut' | 'due';
  readonly retryAt: Date | null;
}

export type KeyWait = 'breaker_open' | 'requests_spent' | 'credentials_full';

interface Key {
  readonly credential: ListedCredential;
  readonly state: KeyState;
  readonly limit: number;
  inUse: number;
  tokens: number;
  due: boolean;
}

/** The keys of one pass. Counts what it gives out, so that the attempts of one pass share the room. Pure. */
export class KeyRing implements KeyChoice {
  private readonly keys = new Map<string, Key>();

  /** `providerLimit` holds for a key that has no limit of its own. */
  constructor(
    private readonly known: KnownCredentials,
    private readonly providerLimit: number,
  ) {}

  /** Adds what is known of some keys. Those that were not added are never picked. */
  add(states: readonly KeyState[], credentials: readonly ListedCredential[]): void {
    const byId = new Map(states.map((state) => [state.id, state]));
    for (const credential of credentials) {
      const state = byId.get(credential.id);
      if (!state) continue;
      this.keys.set(credential.id, {
        credential,
        state,
        limit: state.limit ?? credential.concurrency ?? this.providerLimit,
        inUse: state.inUse,
        tokens: state.tokens ?? Infinity,
        due: state.breaker === 'due',
      });
    }
  }

  /** A key that is due for its one probe goes first, else it would never be tried beside one that works; then the least loaded. */
  pick(ownerUserId: string): PickedKey | 'none' {
    const [best] = this.of(ownerUserId).filter(hasRoom).toSorted(byLoad);
    if (!best) return 'none';
    const probe = best.due;
    best.inUse += 1;
    best.tokens -= 1;
    best.due = false;
    return { id: best.credential.id, version: best.credential.version, probe };
  }

  /** How many attempts the operator's keys have room for. */
  sharedRoom(): number {
    return this.sharedKeys().reduce((sum, key) => sum + roomOf(key), 0);
  }

  /** Why the operator's keys have no room. */
  sharedWait(): KeyWait | 'no_credential' {
    const keys = this.sharedKeys();
    const waits = keys.map(waitOf);
    if (keys.length === 0) return 'no_credential';
    // The reason that passes by itself soonest is the true one: with it gone, attempts start.
    if (waits.includes('credentials_full')) return 'credentials_full';
    return waits.includes('requests_spent') ? 'requests_spent' : 'breaker_open';
  }

  /** When a user's own keys may be used again; `full` where an attempt must end first. Undefined: now. */
  ownWait(ownerUserId: string): Date | 'full' | undefined {
    const keys = this.found(this.known.byOwner.get(ownerUserId) ?? []);
    if (keys.length === 0 || keys.some(hasRoom)) return undefined;
    const moments = keys.flatMap((key) => availableAt(key) ?? []);
    return moments.length === 0 ? 'full' : moments.reduce((one, other) => (one < other ? one : other));
  }

  private of(ownerUserId: string): Key[] {
    const own = this.known.byOwner.get(ownerUserId);
    return own ? this.found(own) : this.sharedKeys();
  }

  private sharedKeys(): Key[] {
    return this.found(this.known.shared);
  }

  private found(credentials: readonly ListedCredential[]): Key[] {
    return credentials.flatMap(({ id }) => this.keys.get(id) ?? []);
  }
}

function roomOf(key: Key): number {
  const room = Math.max(0, Math.min(key.limit - key.inUse, Math.floor(key.tokens)));
  if (key.state.breaker === 'closed') return room;
  return key.due ? Math.min(room, 1) : 0;
}

const hasRoom = (key: Key): boolean => roomOf(key) >= 1;

function byLoad(one: Key, other: Key): number {
  if (one.due !== other.due) return one.due ? -1 : 1;
  return one.inUse / one.limit - other.inUse / other.limit;
}

function waitOf(key: Key): KeyWait {
  if (key.state.breaker !== 'closed' && !key.due) return 'breaker_open';
  return key.inUse >= key.limit ? 'credentials_full' : 'requests_spent';
}

function availableAt(key: Key): Date | undefined {
  switch (waitOf(key)) {
    case 'breaker_open':
      return key.state.retryAt ?? undefined;
    case 'requests_spent':
      return key.state.nextTokenAt ?? undefined;
    case 'credentials_full':
      return undefined;
  }
}
