import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  getShareRpc,
  listSharesRpc,
  revokeShareRpc,
  shareJobRpc,
  type Principal,
  type RpcRequest,
  type ShareJob,
  type ShareListQuery,
  type SharePage,
  type ShareResource,
} from '@shotloom/contracts';
import { AppError, newId, type Clock } from '@shotloom/kernel';
import { publicUrl, type Config } from '../config';
import { pathId } from '../http/path-id';
import { Jobs, type Caller } from '../jobs/jobs';
import { BUS, CLOCK, CONFIG } from '../platform/parts';
import { Settings } from '../platform/settings';
import { toShareResource } from './share-resource';

/** Who shares, and the id that ties everything the request causes. */
export interface Sharer extends Caller {
  readonly accountId: string;
}
export const sharerOf = ({ userId, accountId }: Principal, { id }: { id: string }): Sharer => ({
  userId,
  accountId,
  requestId: id,
});

/** The links of whoever asks to the videos of their jobs. Another's are not found. */
@Injectable()
export class Shares {
  private readonly origin: string;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
    private readonly jobs: Jobs,
    private readonly settings: Settings,
  ) {
    this.origin = publicUrl(config);
  }

  /**
   * Throws `conflict` where the job has no video (yet), or an operator declined it for the gallery; `forbidden` where one took it down, or
   * the gallery is switched off.
   */
  async share(jobId: string, body: ShareJob, sharer: Sharer): Promise<ShareResource> {
    const expiresAt = this.expiryOf(body);
    const { gallery, gallery_entry_approval: needsApproval } = await this.settings.current();
    if (body.in_gallery === true && gallery === 'off') {
      throw new AppError('forbidden', 'There is no gallery here: its operator has switched it off.');
    }
    const { output, request, model } = await this.jobs.withVideo(jobId, sharer);
    const { share } = await this.bus.request(
      shareJobRpc,
      {
        ...{
          userId: sharer.userId,
          accountId: sharer.accountId,
          jobId: pathId('job', jobId),
          shareId: newId(),
        },
        ...{ assetId: output.assetId, model, needsApproval, expiresAt },
        title: body.title,
        prompt: body.show_prompt === undefined ? undefined : body.show_prompt ? request.prompt : null,
        allowDownload: body.allow_download,
        inGallery: body.in_gallery,
      } satisfies RpcRequest<typeof shareJobRpc>,
      tied(sharer),
    );
    return this.shown(share);
  }

  /** Throws `not_found`, also where the job is not shared. */
  async get(jobId: string, sharer: Sharer): Promise<ShareResource> {
    const { share } = await this.bus.request(getShareRpc, owned(jobId, sharer), tied(sharer));
    if (!share) throw new AppError('not_found', `There is no share of the job ${jobId.slice(0, 64)}.`);
    return this.shown(share);
  }

  async list(query: ShareListQuery, sharer: Sharer): Promise<SharePage> {
    const question = { userId: sharer.userId, ...query };
    const { shares, nextCursor } = await this.bus.request(listSharesRpc, question, tied(sharer));
    return { data: shares.map((share) => this.shown(share)), next_cursor: nextCursor };
  }

  /** Throws `not_found`; `conflict` where an operator has closed it already. */
  async revoke(jobId: string, sharer: Sharer): Promise<void> {
    await this.bus.request(revokeShareRpc, owned(jobId, sharer), tied(sharer));
  }

  private shown(share: Parameters<typeof toShareResource>[0]): ShareResource {
    return toShareResource(share, this.origin, this.clock.now());
  }

  /** Undefined: as it was. Throws `invalid_input` for a time that has gone. */
  private expiryOf({ expires_in, expires_at }: ShareJob): string | null | undefined {
    const now = this.clock.now().getTime();
    if (typeof expires_in === 'number') return new Date(now + expires_in * 1_000).toISOString();
    if (typeof expires_at !== 'string') return expires_in === null ? null : expires_at;
    if (Date.parse(expires_at) > now) return new Date(expires_at).toISOString();
    throw new AppError('invalid_input', 'expires_at: Must be in the future.', {
      fields: [{ field: 'expires_at', reason: 'Must be in the future.' }],
    });
  }
}

const owned = (jobId: string, { userId }: Sharer) => ({ userId, jobId: pathId('job', jobId) });
const tied = ({ requestId }: Sharer) => ({ correlationId: requestId });
