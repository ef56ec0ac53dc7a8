import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { acceptJobsRpc, getJobRpc, type JobRecord, type RpcRequest } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { CatalogueStore } from '../catalogue/catalogue-store';
import { BUS } from '../platform/parts';
import { Settings } from '../platform/settings';

type AcceptRequest = RpcRequest<typeof acceptJobsRpc>;

export interface Accepted {
  readonly jobs: readonly JobRecord[];
  /** True where an earlier request with the same idempotency key made them. */
  readonly replayed: boolean;
}

/** Hands a request to job-orchestrator. A lost answer is looked up before anybody is told that it failed. */
@Injectable()
export class Acceptance {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly settings: Settings,
    private readonly store: CatalogueStore,
  ) {}

  async accept(request: AcceptRequest, correlationId: string): Promise<Accepted> {
    await this.store.ready();
    await this.settings.refuseInMaintenance();
    try {
      return await this.bus.request(acceptJobsRpc, request, { correlationId });
    } catch (error) {
      const failure = AppError.from(error);
      if (failure.outcome === 'refused') throw failure;
      return this.lookUp(request, correlationId, failure);
    }
  }

  private async lookUp(request: AcceptRequest, correlationId: string, lost: AppError): Promise<Accepted> {
    const found = await Promise.allSettled(
      request.jobIds.map((jobId) =>
        this.bus.request(getJobRpc, { userId: request.userId, jobId }, { correlationId }),
      ),
    );
    const jobs = found.flatMap((result) =>
      result.status === 'fulfilled' && result.value.job ? [result.value.job] : [],
    );
    // They are accepted in one transaction: all are there or none.
    if (jobs.length === request.jobIds.length) return { jobs, replayed: false };
    throw new AppError(
      'unavailable',
      'Whether this was accepted is not known yet. Look the job ids up, or send it again with the same Idempotency-Key.',
      {
        retryable: true,
        outcome: 'unknown',
        retryAfterMs: 2_000,
        details: { job_ids: request.jobIds },
        cause: lost,
      },
    );
  }
}
