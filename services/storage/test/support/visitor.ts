import { createHash } from 'node:crypto';
import {
  completeUploadRpc,
  getUploadRpc,
  importUrlRpc,
  openUploadRpc,
  type AssetRecord,
  type RpcRequest,
  type UploadLimits,
  type UploadRecord,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import type { Stage } from './stage';

export const LIMITS: UploadLimits = {
  imageMaxBytes: 10 * 1024 * 1024,
  videoMaxBytes: 200 * 1024 * 1024,
  videoMaxSeconds: 60,
  quotaBytes: null,
};

export const sha256Of = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

type Open = RpcRequest<typeof openUploadRpc>;

/** Somebody who uploads, as the gateway asks for them. */
export class Visitor {
  readonly userId = newId();
  readonly accountId = newId();

  constructor(
    private readonly stage: Stage,
    readonly limits: UploadLimits = LIMITS,
  ) {}

  open(body: Buffer, more: Partial<Open> = {}) {
    return this.stage.bus.request(openUploadRpc, {
      uploadId: newId(),
      userId: this.userId,
      accountId: this.accountId,
      limits: this.limits,
      way: 'direct',
      fileName: 'cat.png',
      contentType: 'image/png',
      sizeBytes: body.length,
      sha256: null,
      ...more,
    });
  }

  /** Opens, puts, and completes. */
  async upload(body: Buffer, more: Partial<Open> = {}): Promise<AssetRecord> {
    const { upload, put } = await this.open(body, more);
    await send(put, body);
    return this.complete(upload.uploadId);
  }

  async complete(uploadId: string): Promise<AssetRecord> {
    const question = { uploadId, userId: this.userId };
    return (await this.stage.bus.request(completeUploadRpc, question)).asset;
  }

  async find(uploadId: string): Promise<UploadRecord | null> {
    return (await this.stage.bus.request(getUploadRpc, { uploadId, userId: this.userId })).upload;
  }

  /** Asks for a URL, and waits for what becomes of it. */
  async import(url: string): Promise<UploadRecord> {
    const { upload } = await this.stage.bus.request(importUrlRpc, {
      uploadId: newId(),
      userId: this.userId,
      accountId: this.accountId,
      limits: this.limits,
      url,
      fileName: null,
    });
    const ended = async (): Promise<UploadRecord | null> => {
      const now = await this.find(upload.uploadId);
      return now?.state === 'open' ? null : now;
    };
    return waitFor(ended, { what: 'the end of the import', timeoutMs: 30_000 });
  }
}

/** What a client does with the signed URL; the status that it is answered. */
export async function send(
  put: { readonly url: string; readonly headers: Record<string, string> } | null,
  body: Buffer,
): Promise<number> {
  if (!put) throw new Error('there is no URL');
  return (await fetch(put.url, { method: 'PUT', headers: put.headers, body: new Uint8Array(body) })).status;
}
