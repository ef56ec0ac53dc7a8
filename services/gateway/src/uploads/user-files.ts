import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { AssetRecord, Principal } from '@shotloom/contracts';
import type { Config } from '../config';
import { AccountLimits } from '../limits/account-limits';
import { CONFIG } from '../platform/parts';
import { Settings } from '../platform/settings';
import { uploadLimits } from './upload-limits';
import { Uploads } from './uploads';

export interface TakenFile {
  readonly file: Readable;
  /** As the client called it. */
  readonly filename: string | undefined;
}

/** Files that come with an order: taken in by the same rules as uploads, and given back where the order is refused. */
@Injectable()
export class UserFiles {
  constructor(
    private readonly uploads: Uploads,
    private readonly limits: AccountLimits,
    private readonly settings: Settings,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async take({ file, filename }: TakenFile, principal: Principal, requestId: string): Promise<AssetRecord> {
    await this.settings.refuseUploads();
    const most = uploadLimits(this.config, await this.limits.of(principal));
    return this.uploads.take({ body: file, fileName: filename, principal, most, requestId });
  }

  /** Removes what was taken in for nothing. */
  discard(asset: AssetRecord, requestId: string): Promise<void> {
    return this.uploads.discard(asset, requestId);
  }
}
