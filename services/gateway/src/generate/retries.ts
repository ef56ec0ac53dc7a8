import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  describeAssetsRpc,
  getJobRpc,
  REMIXED_FROM,
  type Catalogue,
  type JobRecord,
  type ModelSpec,
  type Principal,
  type RetryJob,
} from '@shotloom/contracts';
import { AppError, newId, type Clock } from '@shotloom/kernel';
import { notFound, pathId } from '../http/path-id';
import { AccountLimits } from '../limits/account-limits';
import { planTerms } from '../limits/plan-terms';
import { BUS, CATALOGUE, CLOCK } from '../platform/parts';
import { OwnKeys, type OwnKeyTerms } from '../providers/own-keys';
import { Acceptance, type Accepted } from './acceptance';
import { fitFallback, priced, refuseDearer, type PricedRequest } from './fallback';
import { bindKey, type BoundKey } from './idempotency-key';
import { resolveModel } from './resolve-model';
import { assertRetryable, bodyAgain, openWish, seedAgain } from './retry-request';
import { checkSources } from './check-sources';
import { namedAgain, type Source } from './sources';
import { buildVideoRequest, checkCapabilities, refuseUnsupported } from './video-request';

export interface RetryCommand {
  readonly principal: Principal;
  readonly jobId: string;
  readonly body: RetryJob;
  readonly idempotencyKey: string | undefined;
  /** The body as it came, which the idempotency key is bound to. */
  readonly bodyAsSent: unknown;
  readonly requestId: string;
}

/** What a retry is resolved with. */
interface Known {
  readonly body: RetryJob;
  readonly sources: readonly Source[];
  readonly terms: OwnKeyTerms;
  readonly catalogue: Catalogue;
}

/** What the new job says of where it came from. */
interface Made {
  readonly route: string;
  readonly metadata: JobRecord['metadata'];
  readonly retryOf: string | null;
}

/** Nobody opens the links; the facts beside them are what is needed. */
const LINK_SECONDS = 60;

/** Makes a job that has ended once more: a new job with the same inputs, by the catalogue and the prices of today. */
@Injectable()
export class Retries {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly acceptance: Acceptance,
    private readonly ownKeys: OwnKeys,
    private readonly limits: AccountLimits,
  ) {}

  async retry(command: RetryCommand): Promise<Accepted> {
    const job = await this.find(command);
    assertRetryable(job);
    return this.again(command, job, {
      route: `POST /api/v1/jobs/${job.jobId}/retry`,
      metadata: job.metadata,
      retryOf: job.jobId,
    });
  }

  /** The same video with other words: a new job, by today's prices, that says which video it came from. Throws `conflict` for one that is not finished. */
  async remix(command: RetryCommand & { readonly prompt: string }): Promise<Accepted> {
    const job = await this.find(command);
    if (job.status !== 'completed') {
      const message = `Only a finished video can be remixed; this one is ${job.status}.`;
      throw new AppError('conflict', message, { details: { job_status: job.status } });
    }
    const request = { ...job.request, prompt: command.prompt };
    return this.again(
      command,
      { ...job, request },
      {
        route: `POST /v1/videos/${job.jobId}/remix`,
        metadata: { ...job.metadata, [REMIXED_FROM]: job.jobId },
        retryOf: null,
      },
    );
  }

  private async again(command: RetryCommand, job: JobRecord, made: Made): Promise<Accepted> {
    const { principal, body, requestId } = command;
    const terms = await this.ownKeys.termsOf(principal.userId);
    const catalogue = this.catalogue.snapshot();
    const { operation, model: id } = job.request;
    const model = resolveModel(catalogue, operation, { model: id }, this.clock.now());
    const { wish, adjustments } = bodyAgain(job.request, model, body);
    refuseUnsupported(checkCapabilities(model, operation, wish));
    const sources = await this.sources(job, model, command);
    const seed = seedAgain(job.request, body);
    const main = priced(
      model,
      buildVideoRequest(model, operation, { ...wish, seed }, sources, adjustments),
      terms,
    );
    refuseDearer([main], ['max_price_credits'], body.max_price_credits);
    return this.acceptance.accept(
      {
        userId: principal.userId,
        accountId: principal.accountId,
        idempotency: idempotencyOf(command, made.route),
        ...main,
        jobIds: [newId()],
        metadata: made.metadata,
        retryOf: made.retryOf,
        fallback: this.fallbackOf(job, model, main, { body, sources, terms, catalogue }),
        ...planTerms(principal, await this.limits.of(principal), { at: this.clock.now() }),
      },
      requestId,
    );
  }

  private async find({ jobId, principal: { userId }, requestId }: RetryCommand): Promise<JobRecord> {
    const question = { userId, jobId: pathId('job', jobId) };
    const { job } = await this.bus.request(getJobRpc, question, { correlationId: requestId });
    if (!job) throw notFound('job', jobId);
    return job;
  }

  /** A source that was deleted since then, or that the model takes no longer, is in nobody's body: it is the job that cannot go on. */
  private async sources(
    job: JobRecord,
    model: ModelSpec,
    { principal, requestId }: RetryCommand,
  ): Promise<Source[]> {
    const named = namedAgain(job.request.inputs);
    if (named.length === 0) return [];
    const assetIds = [...new Set(named.map(({ assetId }) => assetId))];
    const { assets } = await this.bus.request(
      describeAssetsRpc,
      { userId: principal.userId, assetIds, expiresInSeconds: LINK_SECONDS },
      { correlationId: requestId },
    );
    const sources = named.map(({ assetId, role, field }) => {
      const asset = assets.find((candidate) => candidate.assetId === assetId);
      if (asset) return { role, field, asset };
      const message = `The source of this job, ${assetId}, was deleted: upload it again and make a new job.`;
      throw new AppError('conflict', message);
    });
    refuseUnsupported(checkSources(model, sources));
    return sources;
  }

  /** The models that the job could fall back to, but for those that are gone or dearer than is allowed now. */
  private fallbackOf(
    job: JobRecord,
    mainModel: ModelSpec,
    main: PricedRequest,
    { body, sources, terms, catalogue }: Known,
  ): PricedRequest[] {
    const wish = openWish(job.request, mainModel, body);
    return [...new Set(job.fallback)].flatMap((id) => {
      const model = catalogue.list().find((candidate) => candidate.id === id);
      if (!model || id === main.request.model) return [];
      if (!catalogue.state(model, this.clock.now()).enabled) return [];
      const fit = fitFallback({ field: 'fallback', model }, main.request, wish, sources, terms);
      return 'request' in fit && fit.price.credits <= (body.max_price_credits ?? Infinity) ? [fit] : [];
    });
  }
}

function idempotencyOf({ idempotencyKey, bodyAsSent }: RetryCommand, route: string): BoundKey | null {
  return bindKey(idempotencyKey, route, bodyAsSent ?? {});
}
