import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Principal } from '@shotloom/contracts';
import { UploadRules } from './upload-limits';
import { Uploads, type TakenAsset } from './uploads';

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
    private readonly rules: UploadRules,
  ) {}

  async take({ file, filename }: TakenFile, principal: Principal, requestId: string): Promise<TakenAsset> {
    const most = await this.rules.limitsForNew(principal);
    return this.uploads.take({ body: file, fileName: filename, principal, most, requestId });
  }

  /** Removes what was taken in for nothing; a file that the user had before stays. */
  discard(asset: TakenAsset, requestId: string): Promise<void> {
    return this.uploads.discard(asset, requestId);
  }
}
