import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '@shotloom/bus';
import { pollBatchV1, providerSpec, subjects, type ProviderSpec } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { ModelClock } from '../models/model-clock';
import { takeRequestsOf } from '../requests/request-buckets';
import type { CredentialDirectory } from '../scheduler/credential-directory';
import type { JobsSchema } from '../schema/tables';
import { claimPolls, type ClaimedPoll } from './claim-polls';

/** Rows claimed in one transaction; a full one is followed by another at once. */
const CLAIM = 500;
/** A worker that has not asked by then leaves it: the planner asks again anyway. Milliseconds. */
const POLL_LIFE_MS = 20_000;
/** Tokens that polls leave for submits. */
const RESERVE = 2;

export interface PlannerDeps {
  readonly database: Database<JobsSchema>;
  readonly bus: Bus;
  readonly models: ModelClock;
  readonly credentials: Pick<CredentialDirectory, 'peek'>;
  /** Ids; those that are not polled are passed over. */
  readonly providers: readonly string[];
  /** How often rows are looked at. Milliseconds. */
  readonly everyMs: number;
  readonly logger: Logger;
  /** Told how many tasks were asked about. */
  readonly onPlanned: (provider: string, tasks: number) => void;
}

/** Asks vendors, on time and within their budgets, about everything that is waited for. What is lost here is asked again. */
export class PollPlanner {
  private readonly stopping = new AbortController();
  private loops: Promise<void>[] = [];

  constructor(private readonly deps: PlannerDeps) {}

  start(): void {
    const polled = this.deps.providers.map(providerSpec).filter(({ kind }) => kind === 'poll');
    this.loops = polled.map((provider) => this.loop(provider));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops);
  }

  private async loop(provider: ProviderSpec): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const claimed = await this.round(provider);
      if (claimed < CLAIM) await delay(this.deps.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async round(provider: ProviderSpec): Promise<number> {
    const { database, models, logger, onPlanned } = this.deps;
    try {
      const claimed = await database.run((tx) =>
        claimPolls(tx, {
          provider,
          limit: CLAIM,
          models,
          takeCalls: (within, wanted) => takeRequestsOf(within.sql, provider.id, wanted, RESERVE),
          random: Math.random,
          wantedSeconds: (id) => this.deps.credentials.peek(provider.id)?.pollSeconds.get(id),
        }),
      );
      await Promise.all(
        this.messages(provider, claimed).map((message) => this.publish(provider.id, message)),
      );
      if (claimed.length > 0) onPlanned(provider.id, claimed.length);
      return claimed.length;
    } catch (error) {
      logger.error(
        { err: error, provider: provider.id },
        'polls could not be planned; the next round tries again',
      );
      return 0;
    }
  }

  /** No more tasks to a message than the vendor takes in one call, and one credential each. */
  private messages(provider: ProviderSpec, claimed: readonly ClaimedPoll[]): ClaimedPoll[][] {
    const batch = provider.poll?.batch ?? 1;
    const groups = Map.groupBy(
      claimed,
      ({ credential, task }) => `${credential.id}:${credential.version}:${task.verb}`,
    );
    return [...groups.values()].flatMap((group) =>
      Array.from({ length: Math.ceil(group.length / batch) }, (_none, index) =>
        group.slice(index * batch, (index + 1) * batch),
      ),
    );
  }

  private async publish(provider: string, polls: readonly ClaimedPoll[]): Promise<void> {
    const [first] = polls;
    if (!first) return;
    await this.deps.bus.publish(
      pollBatchV1,
      {
        provider,
        credential: { ...first.credential },
        expiresAt: new Date(Date.now() + POLL_LIFE_MS).toISOString(),
        tasks: polls.map(({ task }) => ({ ...task })),
      },
      { subject: subjects.polls(provider), correlationId: first.task.attemptId },
    );
  }
}
