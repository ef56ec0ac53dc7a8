import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  createDraftsRpc,
  getJobsRpc,
  jobStatesRpc,
  MOST_JOBS_READ,
  runDraftsRpc,
  type Catalogue,
  type JobRecord,
  type Principal,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { newId, type Clock } from '@shotloom/kernel';
import { CatalogueStore } from '../catalogue/catalogue-store';
import { notFound } from '../http/path-id';
import { AccountLimits } from '../limits/account-limits';
import { planTerms } from '../limits/plan-terms';
import { BUS, CATALOGUE, CLOCK } from '../platform/parts';
import { Settings } from '../platform/settings';
import { OwnKeys } from '../providers/own-keys';
import { priced } from './fallback';
import type { Resolved } from './generation';
import { resolveModel } from './resolve-model';

type Idempotency = RpcRequest<typeof createDraftsRpc>['idempotency'];

/** Who asks, and whether it may have been asked before. */
export interface DraftsCaller {
  readonly principal: Principal;
  readonly idempotency: Idempotency;
  readonly requestId: string;
}

/** Something that becomes drafts, one for each of its variants. */
export interface NewDraft {
  readonly resolved: Resolved;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface DraftRun {
  readonly jobIds: readonly string[];
  readonly creditsHeld: number;
  readonly replayed: boolean;
}

/** Jobs that wait for their user's word, and the word. */
@Injectable()
export class Drafts {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly store: CatalogueStore,
    private readonly settings: Settings,
    private readonly limits: AccountLimits,
    private readonly ownKeys: OwnKeys,
  ) {}

  /** All of them or none. Throws `conflict` where the user has too many already. */
  async create(
    drafts: readonly NewDraft[],
    { principal, idempotency, requestId }: DraftsCaller,
  ): Promise<{ jobs: JobRecord[]; replayed: boolean }> {
    await this.ready();
    const { userId, accountId } = principal;
    const { weight } = planTerms(principal, await this.limits.of(principal), { at: this.clock.now() });
    const { jobIds, replayed } = await this.bus.request(
      createDraftsRpc,
      {
        ...{ userId, accountId, idempotency, weight },
        drafts: drafts.map(({ resolved: { main, variants }, metadata }) => ({
          ...main,
          metadata: { ...metadata },
          jobIds: Array.from({ length: variants }, () => newId()),
        })),
      },
      { correlationId: requestId },
    );
    return { jobs: await this.read(jobIds, userId, requestId), replayed };
  }

  /**
   * Runs drafts as a set, at the prices of today, all of them or none; at most `maxConcurrent` of them are under way at a time. Throws
   * `not_found` for one that is not the caller's, `conflict` for one that was run already, and what refuses an order.
   */
  async run(
    jobIds: readonly string[],
    maxConcurrent: number,
    { principal, idempotency, requestId }: DraftsCaller,
  ): Promise<DraftRun> {
    await this.ready();
    const { userId, accountId } = principal;
    const jobs = await this.read(jobIds, userId, requestId);
    const terms = await this.ownKeys.termsOf(userId);
    const catalogue = this.catalogue.snapshot();
    const items = jobs.map(({ jobId, request }) => {
      const model = resolveModel(catalogue, request.operation, { model: request.model }, this.clock.now());
      return { jobId, price: priced(model, request, terms).price };
    });
    const answer = await this.bus.request(
      runDraftsRpc,
      {
        ...{ userId, accountId, idempotency, maxConcurrent, items, setId: newId() },
        ...planTerms(principal, await this.limits.of(principal), { at: this.clock.now() }),
      },
      { correlationId: requestId },
    );
    // Those that an earlier call has run have the prices of then.
    const costs = answer.replayed
      ? jobs.map(({ priceCredits }) => priceCredits)
      : items.map(({ price }) => price.credits);
    return { ...answer, creditsHeld: costs.reduce((sum, cost) => sum + cost, 0) };
  }

  /** How far they are. Those that were deleted are left out. */
  async states(
    jobIds: readonly string[],
    userId: string,
    requestId: string,
  ): Promise<RpcResponse<typeof jobStatesRpc>['states']> {
    const question = { userId, jobIds: [...jobIds] };
    return (await this.bus.request(jobStatesRpc, question, { correlationId: requestId })).states;
  }

  /** All of them. Throws `not_found` for the first that is not there or another user's. */
  private async read(jobIds: readonly string[], userId: string, requestId: string): Promise<JobRecord[]> {
    const found = new Map<string, JobRecord>();
    for (let from = 0; from < jobIds.length; from += MOST_JOBS_READ) {
      const question = { userId, jobIds: jobIds.slice(from, from + MOST_JOBS_READ) };
      const { jobs } = await this.bus.request(getJobsRpc, question, { correlationId: requestId });
      for (const job of jobs) found.set(job.jobId, job);
    }
    return jobIds.map((id) => {
      const job = found.get(id);
      if (job) return job;
      throw notFound('task', id);
    });
  }

  private async ready(): Promise<void> {
    await this.store.ready();
    await this.settings.refuseInMaintenance();
  }
}
