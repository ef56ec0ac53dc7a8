import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Config } from '../config';
import { CONFIG } from '../platform/parts';
import { UploadSessions } from './upload-sessions';

/** A URL of another server, and the field that names it. */
export interface ForeignSource {
  readonly field: string;
  readonly url: string;
}

export interface ImportedSource extends ForeignSource {
  readonly uploadId: string;
  readonly assetId: string;
}

/** Files of other servers that an order names: imported before the order is looked at, within some seconds. */
@Injectable()
export class SourceImports {
  constructor(
    private readonly sessions: UploadSessions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** All of them, or none: what came is given back where another did not. Throws as a problem of its field. */
  async take(sources: readonly ForeignSource[], principal: Principal): Promise<readonly ImportedSource[]> {
    const results = await Promise.allSettled(sources.map((source) => this.takeOne(source, principal)));
    const taken = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return taken;
    await this.giveBack(taken, principal);
    throw failed.reason;
  }

  /** What an order that was refused has brought. A file that the user had before is theirs still. */
  async giveBack(sources: readonly ImportedSource[], principal: Principal): Promise<void> {
    await Promise.allSettled(sources.map(({ uploadId }) => this.sessions.delete(uploadId, principal)));
  }

  /** After an accepted order: a file that was here before is held by the upload that brought it. */
  async settle(sources: readonly ImportedSource[], principal: Principal): Promise<void> {
    await this.giveBack(
      sources.filter(({ uploadId, assetId }) => uploadId !== assetId),
      principal,
    );
  }

  private async takeOne({ field, url }: ForeignSource, principal: Principal): Promise<ImportedSource> {
    const started = await this.sessions.import({ url }, principal);
    const upload = await this.sessions.whenEnded(started, principal, this.config.IMPORT_WAIT_SECONDS * 1_000);
    const { uploadId, asset, error } = upload;
    if (asset) return { field, url, uploadId, assetId: asset.assetId };
    if (upload.state === 'open') throw notReady(field, uploadId);
    const told = error ? AppError.fromRecord(error) : null;
    const reason = told?.message ?? 'The file could not be imported.';
    throw new AppError(told?.code ?? 'unavailable', reason, {
      fields: [{ field, reason }],
      ...(told?.details ? { details: told.details } : {}),
    });
  }
}

/** It goes on without us: what the user has to wait for has a name. */
function notReady(field: string, uploadId: string): AppError {
  const reason =
    `The file is still being fetched: ask GET /api/v1/uploads/${uploadId} until it is completed, ` +
    'then send this again with its asset_id.';
  return new AppError('unavailable', reason, {
    retryable: true,
    retryAfterMs: 5_000,
    fields: [{ field, reason }],
    details: { reason: 'import_not_ready', upload_id: uploadId },
  });
}
