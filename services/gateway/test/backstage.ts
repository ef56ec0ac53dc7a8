import { applyTopology, connectBus, type Bus } from '@shotloom/bus';
import {
  acceptJobsRpc,
  cancelJobRpc,
  consumersFor,
  createDraftsRpc,
  deleteJobRpc,
  describeAssetsRpc,
  getJobRpc,
  getJobsRpc,
  jobLogRpc,
  userLogRpc,
  jobStatesRpc,
  listJobsRpc,
  mediaFactsRpc,
  registerUploadRpc,
  runDraftsRpc,
  stopAllJobsRpc,
  STREAMS,
  type AssetRecord,
  type JobLogEntry,
  type JobRecord,
  type RenditionRecord,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import { silentLogger } from '@shotloom/testing';
import { AssetDesk } from './asset-desk';
import { BatchDesk } from './batch-desk';
import { UploadDesk } from './upload-desk';

type Accept = RpcRequest<typeof acceptJobsRpc>;
type Register = RpcRequest<typeof registerUploadRpc>;

interface AssetOwner {
  readonly userId: string;
  readonly accountId: string;
}

/** Stands for job-orchestrator and storage on the real bus: keeps what it was told, and answers by the contracts. */
export class Backstage {
  readonly accepted: Accept[] = [];
  readonly jobs = new Map<string, JobRecord>();
  readonly assets = new Map<string, AssetRecord>();
  /** By asset: what storage has made of it, and when it was removed. */
  readonly renditions = new Map<string, readonly RenditionRecord[]>();
  readonly expired = new Map<string, string>();
  /** Where links lead. */
  mediaUrl = 'https://media.example';
  readonly uploads = new UploadDesk(this.assets);
  readonly batches = new BatchDesk();
  readonly files = new AssetDesk(this.assets, this.expired);
  private readonly byKey = new Map<string, JobRecord[]>();
  /** Whether the same key and body give the same jobs, as job-orchestrator does; without it every request is kept. */
  replaysKeys = false;
  /** What the next lists answer, whoever asks. */
  readonly pages: RpcResponse<typeof listJobsRpc>[] = [];
  readonly listed: RpcRequest<typeof listJobsRpc>[] = [];
  readonly runs: RpcRequest<typeof runDraftsRpc>[] = [];
  private readonly draftsByKey = new Map<string, string[]>();
  readonly stopped: RpcRequest<typeof stopAllJobsRpc>[] = [];
  /** By job. */
  readonly logs = new Map<string, JobLogEntry[]>();
  readonly logsAsked: RpcRequest<typeof userLogRpc>[] = [];
  /** Set to make the next accept fail, or to answer after its deadline. */
  onAccept: (request: Accept) => Promise<void> = () => Promise.resolve();
  onRegister: (request: Register) => Promise<void> = () => Promise.resolve();

  private constructor(readonly bus: Bus) {}

  static async start(natsUrl: string): Promise<Backstage> {
    const bus = await connectBus({ url: natsUrl, name: 'backstage', logger: silentLogger() });
    await applyTopology(bus, { streams: Object.values(STREAMS), consumers: consumersFor(['animatic']) });
    const backstage = new Backstage(bus);
    backstage.answerForJobs();
    backstage.answerForStorage();
    return backstage;
  }

  close(): Promise<void> {
    return this.bus.drain();
  }

  reset(): void {
    this.accepted.length = 0;
    this.onAccept = () => Promise.resolve();
    this.onRegister = () => Promise.resolve();
  }

  /** What job-orchestrator would have made of the job by now. */
  change(jobId: string, facts: Partial<JobRecord>): void {
    const job = this.jobs.get(jobId);
    if (!job) throw new Error(`no job ${jobId}`);
    this.jobs.set(jobId, { ...job, ...facts });
  }

  finish(jobId: string, asset: AssetRecord): void {
    const { assetId, objectKey, contentType, sizeBytes, width, height, sha256 } = asset;
    this.change(jobId, {
      status: 'completed',
      progress: 100,
      output: {
        assetId,
        objectKey,
        contentType,
        sizeBytes,
        width,
        height,
        sha256,
        durationSeconds: 5,
        fps: 24,
        videoCodec: 'h264',
        label: 'Animatic',
      },
    });
  }

  /** A picture that its owner has uploaded. */
  addAsset(owner: AssetOwner, facts: Partial<AssetRecord> = {}): AssetRecord {
    const assetId = newId();
    const asset: AssetRecord = {
      assetId,
      accountId: owner.accountId,
      ownerUserId: owner.userId,
      kind: 'image',
      origin: 'upload',
      objectKey: `uploads/${assetId}/original.jpg`,
      contentType: 'image/jpeg',
      sizeBytes: 1_000,
      sha256: 'a'.repeat(64),
      width: 900,
      height: 1_600,
      durationSeconds: null,
      fps: null,
      videoCodec: null,
      fileName: null,
      posterKey: null,
      createdAt: new Date().toISOString(),
      ...facts,
    };
    this.assets.set(assetId, asset);
    return asset;
  }

  addVideo(owner: AssetOwner, facts: Partial<AssetRecord> = {}): AssetRecord {
    const video = { contentType: 'video/mp4', durationSeconds: 3.2, width: 1280, height: 720 };
    return this.addAsset(owner, { kind: 'video', ...video, ...facts });
  }

  /** What storage has made of a video by now: its poster, a preview and a sheet of six pictures. */
  decorate({ assetId }: AssetRecord): void {
    const asset = this.assets.get(assetId);
    if (!asset) throw new Error(`no asset ${assetId}`);
    this.assets.set(assetId, { ...asset, posterKey: `posters/${assetId}.jpg` });
    const file = { sizeBytes: 900, width: 320, height: 180, grid: null };
    const grid = { columns: 3, rows: 2, frames: 6, intervalSeconds: 0.5, tileWidth: 160, tileHeight: 90 };
    this.renditions.set(assetId, [
      { ...file, kind: 'preview', contentType: 'image/webp' },
      { ...file, kind: 'spritesheet', contentType: 'image/jpeg', width: 480, grid },
    ]);
  }

  private answerForJobs(): void {
    this.bus.respond(acceptJobsRpc, async (request) => {
      const known = this.replaysKeys ? this.byKey.get(keyOf(request)) : undefined;
      if (known) return { jobs: known, replayed: true };
      this.accepted.push(request);
      const jobs = request.jobIds.map((jobId, index) => newJob(request, jobId, index + 1));
      for (const job of jobs) this.jobs.set(job.jobId, job);
      if (request.idempotency) this.byKey.set(keyOf(request), jobs);
      await this.onAccept(request);
      return { jobs, replayed: false };
    });
    this.bus.respond(createDraftsRpc, async ({ userId, accountId, drafts, idempotency }) => {
      const known = idempotency && this.draftsByKey.get(JSON.stringify([userId, idempotency]));
      if (known) return { jobIds: known, replayed: true };
      const jobs = drafts.flatMap((draft) =>
        draft.jobIds.map((jobId, index) => ({
          ...newJob({ ...draft, userId, accountId, retryOf: null, fallback: [] }, jobId, index + 1),
          status: 'draft' as const,
          creditsHeld: 0,
        })),
      );
      for (const job of jobs) this.jobs.set(job.jobId, job);
      const jobIds = jobs.map(({ jobId }) => jobId);
      if (idempotency) this.draftsByKey.set(JSON.stringify([userId, idempotency]), jobIds);
      return { jobIds, replayed: false };
    });
    this.bus.respond(runDraftsRpc, async (request) => {
      this.runs.push(request);
      for (const { jobId, price } of request.items) {
        if (!this.ownJob(jobId, request.userId))
          throw new AppError('not_found', `There is no task ${jobId}.`);
        this.change(jobId, { status: 'queued', priceCredits: price.credits, creditsHeld: price.credits });
      }
      return { jobIds: request.items.map(({ jobId }) => jobId), replayed: false };
    });
    const own = (userId: string, ids: readonly string[]): JobRecord[] =>
      ids.flatMap((id) => this.ownJob(id, userId) ?? []);
    this.bus.respond(getJobsRpc, async ({ userId, jobIds }) => ({ jobs: own(userId, jobIds) }));
    this.bus.respond(jobStatesRpc, async ({ userId, jobIds }) => ({ states: own(userId, jobIds) }));
    this.bus.respond(getJobRpc, async ({ jobId, userId }) => ({ job: this.ownJob(jobId, userId) }));
    this.bus.respond(listJobsRpc, async (request) => {
      this.listed.push(request);
      const page = this.pages.shift();
      if (page) return page;
      const jobs = [...this.jobs.values()].filter((job) => job.ownerUserId === request.userId);
      return { jobs: jobs.slice(0, request.limit), nextCursor: jobs.length > request.limit ? 'more' : null };
    });
    this.bus.respond(cancelJobRpc, async ({ jobId, userId }) => {
      const job = this.ownJob(jobId, userId);
      if (!job) throw new AppError('not_found', `There is no job ${jobId}.`);
      if (job.status === 'completed') throw new AppError('conflict', 'The job has ended already.');
      return { job: { ...job, status: 'cancelled' as const } };
    });
    this.bus.respond(stopAllJobsRpc, async (request) => {
      this.stopped.push(request);
      return { cancelled: 2, cancelling: 1, more: false };
    });
    this.bus.respond(jobLogRpc, async ({ jobId, userId, after, limit }) => {
      if (!this.ownJob(jobId, userId)) return { entries: null, next: null };
      const later = (this.logs.get(jobId) ?? []).filter(({ seq }) => seq > after);
      const entries = later.slice(0, limit);
      return { entries, next: later.length > limit ? (entries.at(-1)?.seq ?? null) : null };
    });
    this.batches.answer(this.bus);
    this.bus.respond(userLogRpc, async (request) => {
      this.logsAsked.push(request);
      const { userId, limit, before, after, levels } = request;
      const lines = [...this.logs]
        .flatMap(([jobId, entries]) => (this.ownJob(jobId, userId) ? entries : []))
        .filter(({ level }) => levels?.includes(level) ?? true)
        .filter(({ seq }) => seq < Number(before ?? Infinity) && seq > Number(after ?? 0))
        .toSorted((one, other) => (after === undefined ? other.seq - one.seq : one.seq - other.seq))
        .map((entry) => ({ ...entry, cursor: String(entry.seq), shot: null }));
      const entries = lines.slice(0, limit);
      return { entries, next: lines.length > limit ? (entries.at(-1)?.cursor ?? null) : null };
    });
    this.bus.respond(deleteJobRpc, async ({ jobId, userId }) => {
      if (!this.ownJob(jobId, userId)) throw new AppError('not_found', `There is no job ${jobId}.`);
      this.jobs.delete(jobId);
      return { deleted: true as const };
    });
  }

  private answerForStorage(): void {
    this.uploads.answer(this.bus);
    this.files.answer(this.bus);
    this.bus.respond(registerUploadRpc, async (request) => {
      await this.onRegister(request);
      const { userId: ownerUserId, ...facts } = request;
      const asset: AssetRecord = {
        ...facts,
        ownerUserId,
        origin: 'upload',
        width: 1600,
        height: 900,
        durationSeconds: request.kind === 'video' ? 3.2 : null,
        fps: request.kind === 'video' ? 24 : null,
        videoCodec: request.kind === 'video' ? 'h264' : null,
        posterKey: null,
        createdAt: new Date().toISOString(),
      };
      this.assets.set(asset.assetId, asset);
      return { asset };
    });
    this.bus.respond(mediaFactsRpc, async ({ userId, assetIds }) => ({
      facts: this.ownAssets(userId, assetIds).map(({ assetId, posterKey }) => ({
        assetId,
        hasAudio: true,
        hasPoster: posterKey !== null,
        renditions: [...(this.renditions.get(assetId) ?? [])],
        expiresAt: '2027-03-01T00:00:00.000Z',
        expiredAt: this.expired.get(assetId) ?? null,
      })),
    }));
    this.bus.respond(describeAssetsRpc, async ({ userId, assetIds }) => ({
      expired: this.ownAssets(userId, assetIds).flatMap(({ assetId }) => {
        const expiredAt = this.expired.get(assetId);
        return expiredAt === undefined ? [] : { assetId, expiredAt };
      }),
      assets: this.ownAssets(userId, assetIds)
        .filter(({ assetId }) => !this.expired.has(assetId))
        .map((asset) => ({
          ...asset,
          url: `${this.mediaUrl}/${asset.objectKey}?sig=1`,
          downloadUrl: `${this.mediaUrl}/${asset.objectKey}?sig=1&download=1`,
          posterUrl: asset.posterKey && `${this.mediaUrl}/${asset.posterKey}?sig=1`,
          renditions: (this.renditions.get(asset.assetId) ?? []).map((rendition) => ({
            ...rendition,
            url: `${this.mediaUrl}/renditions/${asset.assetId}/${rendition.kind}?sig=1`,
          })),
          urlsExpireAt: new Date(Date.now() + 3_600_000).toISOString(),
        })),
    }));
  }

  private ownAssets(userId: string, assetIds: readonly string[]): AssetRecord[] {
    return assetIds
      .flatMap((id) => this.assets.get(id) ?? [])
      .filter((asset) => asset.ownerUserId === userId);
  }

  private ownJob(jobId: string, userId: string): JobRecord | null {
    const job = this.jobs.get(jobId);
    return job?.ownerUserId === userId ? job : null;
  }
}

const keyOf = ({ userId, idempotency }: Accept): string => JSON.stringify([userId, idempotency]);

type Made = Pick<
  Accept,
  'userId' | 'accountId' | 'request' | 'price' | 'jobIds' | 'metadata' | 'retryOf' | 'fallback'
>;

function newJob(request: Made, jobId: string, index: number): JobRecord {
  const now = new Date().toISOString();
  return {
    jobId,
    accountId: request.accountId,
    ownerUserId: request.userId,
    type: 'video',
    version: 1,
    provider: request.request.provider,
    model: request.request.model,
    status: 'queued',
    stage: null,
    conditions: [],
    progress: 0,
    progressEstimated: false,
    error: null,
    output: null,
    lateAssetId: null,
    notes: [],
    creditsHeld: request.price.credits,
    creditsCaptured: 0,
    changedAt: now,
    request: request.request,
    priceCredits: request.price.credits,
    priceVersion: request.price.version,
    variant: { index, of: request.jobIds.length },
    retryOf: request.retryOf,
    metadata: request.metadata,
    fallback: request.fallback.map((link) => link.request.model),
    queue: null,
    createdAt: now,
    startedAt: null,
    finishedAt: null,
  };
}
