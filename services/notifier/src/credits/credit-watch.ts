import type { Bus, Subscription } from '@shotloom/bus';
import { availableCreditsRpc, creditsChangedV1, subjects } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import type { HeldCredential } from '../auth/credential';
import type { Session } from '../delivery/session';

export interface Balance {
  readonly accountId: string;
  readonly available: number;
}

/** A socket or stream; those of all jobs of a user are told what can be spent. */
export interface CreditWatcher {
  readonly session: Session;
  readonly credential: HeldCredential;
  credits(balance: Balance): void;
}

/** All clients that see the same balance. */
interface Holder {
  readonly userId: string;
  readonly keyId: string | null;
  readonly clients: Set<CreditWatcher>;
  told: Balance | undefined;
  /** Something may have changed since the last question was asked. */
  isStale: boolean;
  /** Not asked about before. Milliseconds. */
  notBefore: number;
}

/** News within this time is one question. Milliseconds. */
const GATHER_MS = 20;
const LEAST_BETWEEN_MS = 1_000;
const IN_A_QUESTION = 500;

/**
 * Tells clients what they can spend, at first and after each change. The news says only whose balance changed; it is asked for after that, once
 * for all who watch it, and at most once a second, so the last answer is never older than the last change.
 */
export class CreditWatch {
  private readonly holders = new Map<string, Holder>();
  private news: Subscription | undefined;
  private sweep: NodeJS.Timeout | undefined;
  private timer: NodeJS.Timeout | undefined;
  private asking = false;

  constructor(
    private readonly options: {
      readonly bus: Pick<Bus, 'request' | 'subscribe'>;
      readonly logger: Logger;
      readonly sweepMs: number;
    },
  ) {}

  start(): void {
    const { bus, sweepMs } = this.options;
    this.news = bus.subscribe(creditsChangedV1, subjects.creditsChanged, ({ accountIds, userIds }) => {
      const changed = new Set([...accountIds, ...userIds]);
      this.markStale(({ userId, told }) => changed.has(userId) || (told && changed.has(told.accountId)));
    });
    this.sweep = setInterval(() => this.markStale(() => true), sweepMs);
  }

  stop(): void {
    this.news?.unsubscribe();
    clearInterval(this.sweep);
    clearTimeout(this.timer);
    this.holders.clear();
  }

  /** Returns what ends the watching. */
  add(client: CreditWatcher): () => void {
    if (client.session.scope.jobId !== undefined) return () => undefined;
    const { userId, keyId } = client.credential;
    const key = keyId ?? userId;
    const holder = this.holders.get(key) ?? newHolder(userId, keyId);
    this.holders.set(key, holder);
    holder.clients.add(client);
    // What was told to others may be a moment old: whoever is new gets it from the next answer, with everybody.
    holder.told = undefined;
    holder.isStale = true;
    this.askSoon();
    return () => {
      holder.clients.delete(client);
      if (holder.clients.size === 0 && this.holders.get(key) === holder) this.holders.delete(key);
    };
  }

  private markStale(isMeant: (holder: Holder) => boolean | undefined): void {
    for (const holder of this.holders.values()) {
      // Whose account is not known yet is about to be told it.
      if (holder.told === undefined || isMeant(holder)) holder.isStale = true;
    }
    this.askSoon();
  }

  private askSoon(): void {
    if (this.asking || this.timer !== undefined) return;
    const stale = [...this.holders.values()].filter(({ isStale }) => isStale);
    if (stale.length === 0) return;
    const first = Math.min(...stale.map(({ notBefore }) => notBefore));
    const wait = Math.max(GATHER_MS, first - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.askAll();
    }, wait);
  }

  private async askAll(): Promise<void> {
    this.asking = true;
    const now = Date.now();
    const due = [...this.holders.values()].filter(({ isStale, notBefore }) => isStale && notBefore <= now);
    for (let from = 0; from < due.length; from += IN_A_QUESTION) {
      await this.ask(due.slice(from, from + IN_A_QUESTION));
    }
    this.asking = false;
    this.askSoon();
  }

  private async ask(holders: readonly Holder[]): Promise<void> {
    for (const holder of holders) {
      // Before the question: news that comes while it is answered asks for another.
      holder.isStale = false;
      holder.notBefore = Date.now() + LEAST_BETWEEN_MS;
    }
    try {
      const question = { holders: holders.map(({ userId, keyId }) => ({ userId, keyId })) };
      const { balances } = await this.options.bus.request(availableCreditsRpc, question);
      holders.forEach((holder, place) => tell(holder, balances[place] ?? undefined));
    } catch (error) {
      this.options.logger.warn({ err: error }, 'balances cannot be asked for now; they are asked for again');
      for (const holder of holders) holder.isStale = true;
    }
  }
}

function newHolder(userId: string, keyId: string | null): Holder {
  return { userId, keyId, clients: new Set(), told: undefined, isStale: true, notBefore: 0 };
}

function tell(holder: Holder, balance: Balance | undefined): void {
  const { told } = holder;
  if (!balance) return;
  if (told?.accountId === balance.accountId && told.available === balance.available) return;
  holder.told = balance;
  for (const client of holder.clients) client.credits(balance);
}
