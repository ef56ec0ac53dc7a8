import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  mediaFactsRpc,
  toJobResource,
  withMedia,
  type DescribedAsset,
  type JobRecord,
  type JobResource,
  type MediaFacts,
  type RenditionKind,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { BUS, LOGGER } from '../platform/parts';
import { Jobs, type Caller } from './jobs';

type MadeRendition = NonNullable<DescribedAsset['renditions']>[number];

/** A look at jobs does not wait longer for what only decorates them. Milliseconds. */
const PATIENCE_MS = 500;

/** What storage made of the videos of a user's jobs. */
@Injectable()
export class JobMedia {
  constructor(
    private readonly jobs: Jobs,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Jobs as the API shows them: storage is asked once for all of them, and where it is away they are shown without. */
  async show(jobs: readonly JobRecord[], caller: Caller): Promise<JobResource[]> {
    const facts = await this.factsOf(jobs, caller);
    return jobs.map((job) => withMedia(toJobResource(job), facts.get(job.output?.assetId ?? '')));
  }

  /** By asset; empty where storage gives no answer. */
  async factsOf(jobs: readonly JobRecord[], caller: Caller): Promise<ReadonlyMap<string, MediaFacts>> {
    const assetIds = jobs.flatMap(({ output }) => output?.assetId ?? []);
    if (assetIds.length === 0) return new Map();
    try {
      const question = { userId: caller.userId, assetIds };
      const how = { correlationId: caller.requestId, timeoutMs: PATIENCE_MS };
      const { facts } = await this.bus.request(mediaFactsRpc, question, how);
      return new Map(facts.map((fact) => [fact.assetId, fact]));
    } catch (error) {
      this.logger.warn({ err: error }, 'storage told nothing of the videos of jobs; they are shown without');
      return new Map();
    }
  }

  /** The still picture of a job's video. Throws `not_found` while there is none. */
  async thumbnail(jobId: string, caller: Caller): Promise<string> {
    const { posterUrl } = await this.jobs.video(jobId, caller);
    if (posterUrl === null) throw notMade('thumbnail');
    return posterUrl;
  }

  /** One of what was made of a job's video. Throws `not_found` while there is none. */
  async rendition(
    jobId: string,
    kind: Exclude<RenditionKind, 'poster'>,
    caller: Caller,
  ): Promise<MadeRendition> {
    const made = renditionOf(await this.jobs.video(jobId, caller), kind);
    if (!made) throw notMade(kind);
    return made;
  }
}

export function renditionOf({ renditions }: DescribedAsset, kind: RenditionKind): MadeRendition | undefined {
  return renditions?.find((rendition) => rendition.kind === kind);
}

export function notMade(what: string): AppError {
  const hint = 'These are made a moment after the video is stored, as far as this installation makes them.';
  return new AppError('not_found', `There is no ${what} of this video. ${hint}`);
}
