import type { AssetRecord } from '@shotloom/contracts';
import { AppError, isId } from '@shotloom/kernel';
import type { Storage } from '../app.tokens';
import { objectKeys } from '../object-store/object-keys';
import { completeUpload } from './complete-upload';
import type { Uploader } from './upload-rows';

/** Of refusals that are remembered; the oldest is forgotten first. */
const MOST_REMEMBERED = 1_000;

interface Refusal {
  readonly arrived: string;
  readonly error: AppError;
}

/**
 * Completes uploads. A whole file is read for that, by few at a time, and whoever asks again costs nothing: who asks at the same time is
 * given the same answer, and what was refused is not read again before other bytes have come.
 */
export class Completions {
  private readonly running = new Map<string, Promise<AssetRecord>>();
  private readonly refused = new Map<string, Refusal>();

  constructor(private readonly storage: Storage) {}

  /** See `completeUploadRpc`. */
  complete(uploader: Uploader): Promise<AssetRecord> {
    // With the user: what one may not see is answered to nobody else.
    const name = `${uploader.userId}/${uploader.uploadId}`.toLowerCase();
    const running = this.running.get(name);
    if (running) return running;
    const run = this.run(uploader, name).finally(() => this.running.delete(name));
    this.running.set(name, run);
    return run;
  }

  private async run(uploader: Uploader, name: string): Promise<AssetRecord> {
    const arrived = await this.arrivedOf(uploader);
    const known = this.refused.get(name);
    if (known?.arrived === arrived) throw known.error;
    try {
      return await completeUpload(this.storage, uploader);
    } catch (error) {
      const failure = AppError.from(error);
      // Other bytes that came meanwhile were perhaps not those that were looked at.
      if (isOfTheBytes(failure) && (await this.arrivedOf(uploader)) === arrived) {
        this.remember(name, { arrived, error: failure });
      }
      throw error;
    }
  }

  /** Tells what was sent by a signed PUT from what is sent later. Of a resumable upload nothing comes any more when it is whole. */
  private async arrivedOf({ uploadId }: Uploader): Promise<string> {
    const stat = isId(uploadId) ? await this.storage.store.stat(objectKeys.incoming(uploadId)) : undefined;
    return stat?.etag ?? 'parts';
  }

  private remember(name: string, refusal: Refusal): void {
    this.refused.delete(name);
    this.refused.set(name, refusal);
    for (const oldest of this.refused.keys()) {
      if (this.refused.size <= MOST_REMEMBERED) break;
      this.refused.delete(oldest);
    }
  }
}

const isOfTheBytes = ({ code, retryable }: AppError): boolean =>
  (code === 'media_invalid' && !retryable) || code === 'payload_too_large';
