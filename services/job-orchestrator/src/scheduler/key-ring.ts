import type { KnownCredentials, ListedCredential } from './credential-directory';

/** A key that an attempt is pinned to. */
export interface PickedKey {
  readonly id: string;
  readonly version: number;
  /** The one attempt that tries whether the vendor is back. */
  readonly probe: boolean;
  /** What may be spent under it, in millionths of a US dollar; null without a cap. */
  readonly caps: Caps;
}

export interface Caps {
  readonly day: number | null;
  readonly month: number | null;
}

/** Gives a key for one attempt of a user and counts it: one of the user's own or one of the operator's, never the other kind. `none`: no
 * such key has room. Null: no key is needed. */
export interface KeyChoice {
  pick(ownerUserId: string, ownKey: boolean): PickedKey | null | 'none';
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
  /** Attempts that may be started before its orders of this minute are spent; null without a limit. */
  readonly creates: number | null;
  /** When there may be one more. */
  readonly nextCreateAt: Date | null;
  readonly breaker: 'closed' | 'shut' | 'due';
  readonly retryAt: Date | null;
  /** A cap was reached: the key rests until then, unless its cap is higher now. */
  readonly spent: { readonly period: keyof Caps; readonly until: Date; readonly cap: number } | null;
}

export type KeyWait = 'breaker_open' | 'requests_spent' | 'creates_spent' | 'credentials_full' | 'spend_cap';

interface Key {
  readonly credential: ListedCredential;
  readonly state: KeyState;
  readonly limit: number;
  readonly caps: Caps;
  readonly capped: boolean;
  inUse: number;
  tokens: number;
  creates: number;
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
      const caps = { day: credential.dayCapMicros ?? null, month: credential.monthCapMicros ?? null };
      this.keys.set(credential.id, {
        credential,
        state,
        caps,
        capped: isCapped(state, caps),
        limit: state.limit ?? credential.concurrency ?? this.providerLimit,
        inUse: state.inUse,
        tokens: state.tokens ?? Infinity,
        creates: state.creates ?? Infinity,
        due: state.breaker === 'due',
      });
    }
  }

  /** A key that is due for its one probe goes first, else it would never be tried beside one that works; then the least loaded. */
  pick(ownerUserId: string, ownKey: boolean): PickedKey | 'none' {
    const keys = ownKey ? this.ownKeys(ownerUserId) : this.sharedKeys();
    const [best] = keys.filter(hasRoom).toSorted(byLoad);
    if (!best) return 'none';
    const probe = best.due;
    best.inUse += 1;
    best.tokens -= 1;
    best.creates -= 1;
    best.due = false;
    return { id: best.credential.id, version: best.credential.version, probe, caps: best.caps };
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
    if (waits.includes('requests_spent')) return 'requests_spent';
    if (waits.includes('creates_spent')) return 'creates_spent';
    return waits.includes('breaker_open') ? 'breaker_open' : 'spend_cap';
  }

  /** The first moment at which one of the operator's keys may have room by itself. Undefined: an attempt must end first. */
  sharedNext(): Date | undefined {
    return earliest(this.sharedKeys());
  }

  /** When a user's own keys may be used again; `full` where an attempt must end, or a key come, first. Undefined: now. */
  ownWait(ownerUserId: string): Date | 'full' | undefined {
    const keys = this.ownKeys(ownerUserId);
    if (keys.some(hasRoom)) return undefined;
    return earliest(keys) ?? 'full';
  }

  private ownKeys(ownerUserId: string): Key[] {
    return this.found(this.known.byOwner.get(ownerUserId) ?? []);
  }

  private sharedKeys(): Key[] {
    return this.found(this.known.shared);
  }

  private found(credentials: readonly ListedCredential[]): Key[] {
    return credentials.flatMap(({ id }) => this.keys.get(id) ?? []);
  }
}

function roomOf(key: Key): number {
  if (key.capped) return 0;
  const room = Math.max(0, Math.min(key.limit - key.inUse, Math.floor(key.tokens), key.creates));
  if (key.state.breaker === 'closed') return room;
  return key.due ? Math.min(room, 1) : 0;
}

/** A cap that was raised or taken away since lets the key work again at once. */
function isCapped({ spent }: KeyState, caps: Caps): boolean {
  if (spent === null) return false;
  const cap = caps[spent.period];
  return cap !== null && cap <= spent.cap;
}

const hasRoom = (key: Key): boolean => roomOf(key) >= 1;

function byLoad(one: Key, other: Key): number {
  if (one.due !== other.due) return one.due ? -1 : 1;
  return one.inUse / one.limit - other.inUse / other.limit;
}

function waitOf(key: Key): KeyWait {
  if (key.capped) return 'spend_cap';
  if (key.state.breaker !== 'closed' && !key.due) return 'breaker_open';
  if (key.inUse >= key.limit) return 'credentials_full';
  return key.creates < 1 ? 'creates_spent' : 'requests_spent';
}

function availableAt(key: Key): Date | undefined {
  switch (waitOf(key)) {
    case 'breaker_open':
      return key.state.retryAt ?? undefined;
    case 'spend_cap':
      return key.state.spent?.until;
    case 'creates_spent':
      return key.state.nextCreateAt ?? undefined;
    case 'requests_spent':
      return key.state.nextTokenAt ?? undefined;
    case 'credentials_full':
      return undefined;
  }
}

function earliest(keys: readonly Key[]): Date | undefined {
  const [first] = keys.flatMap((key) => availableAt(key) ?? []).toSorted((one, other) => +one - +other);
  return first;
}
