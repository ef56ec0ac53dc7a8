import { listCredentialsRpc, type RpcResponse } from '@shotloom/contracts';
import type { Bus } from '@shotloom/bus';
import type { Logger } from '@shotloom/service-kit';

export type ListedCredential = RpcResponse<typeof listCredentialsRpc>['credentials'][number];

/** The usable keys of one provider, as they were known a few seconds ago. Disabled ones are left out. */
export interface KnownCredentials {
  readonly shared: readonly ListedCredential[];
  readonly byOwner: ReadonlyMap<string, readonly ListedCredential[]>;
  /** The shortest wait between polls that owners of keys want, by key; also of one that is switched off, for what is under way. */
  readonly pollSeconds: ReadonlyMap<string, number>;
}

/** A list of this age is used, and asked for anew meanwhile. Milliseconds. */
const FRESH_MS = 3_000;

interface Entry {
  known: KnownCredentials | undefined;
  askedAt: number;
  asking: Promise<void> | undefined;
}

/**
 * Which keys attempts may be pinned to. Asked over the bus and kept for a few seconds: a pass never waits for another service
 * inside its transaction, and goes on with the last list where the gateway is away.
 */
export class CredentialDirectory {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly deps: {
      readonly list: (provider: string) => Promise<readonly ListedCredential[]>;
      readonly logger: Logger;
      readonly now?: () => number;
    },
  ) {}

  static overBus(bus: Pick<Bus, 'request'>, logger: Logger): CredentialDirectory {
    const list = async (provider: string) =>
      (await bus.request(listCredentialsRpc, { provider })).credentials;
    return new CredentialDirectory({ list, logger });
  }

  /** What is known now, without a wait; a list that is old or missing is asked for meanwhile. */
  peek(provider: string): KnownCredentials | undefined {
    const entry = this.entry(provider);
    if (this.now() - entry.askedAt >= FRESH_MS) entry.asking ??= this.ask(provider, entry);
    return entry.known;
  }

  /** Waits where nothing is known yet. Undefined: the list could not be had. Never rejects. */
  async of(provider: string): Promise<KnownCredentials | undefined> {
    const known = this.peek(provider);
    if (known) return known;
    await this.entry(provider).asking;
    return this.entry(provider).known;
  }

  /** Asks again at the next use: a key was added, changed or taken away. */
  forget(provider: string): void {
    this.entry(provider).askedAt = -Infinity;
  }

  /** Asks now, and waits for the answer. Never rejects. */
  async renewed(provider: string): Promise<void> {
    await this.entry(provider).asking;
    this.forget(provider);
    this.peek(provider);
    await this.entry(provider).asking;
  }

  private entry(provider: string): Entry {
    const found = this.entries.get(provider);
    if (found) return found;
    const entry: Entry = { known: undefined, askedAt: -Infinity, asking: undefined };
    this.entries.set(provider, entry);
    return entry;
  }

  private async ask(provider: string, entry: Entry): Promise<void> {
    entry.askedAt = this.now();
    try {
      entry.known = index(await this.deps.list(provider));
    } catch (error) {
      this.deps.logger.warn({ err: error, provider }, 'the list of credentials could not be had');
    } finally {
      entry.asking = undefined;
    }
  }

  private now(): number {
    return (this.deps.now ?? (() => performance.now()))();
  }
}

function index(credentials: readonly ListedCredential[]): KnownCredentials {
  const usable = credentials.filter(({ enabled }) => enabled);
  const byOwner = new Map<string, ListedCredential[]>();
  for (const credential of usable) {
    if (credential.ownerUserId === null) continue;
    byOwner.set(credential.ownerUserId, [...(byOwner.get(credential.ownerUserId) ?? []), credential]);
  }
  const pollSeconds = new Map(
    credentials.flatMap(({ id, pollSeconds: wanted }) => (wanted ? [[id, wanted] as const] : [])),
  );
  return { shared: usable.filter(({ ownerUserId }) => ownerUserId === null), byOwner, pollSeconds };
}
