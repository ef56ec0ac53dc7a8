import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  completeUploadRpc,
  deleteUploadRpc,
  describeAssetsRpc,
  getUploadRpc,
  importUrlRpc,
  openUploadRpc,
  storageUsageRpc,
  type AssetRecord,
  type ImportUpload,
  type OpenUpload,
  type Principal,
  type RpcResponse,
  type StorageResource,
  type UploadRecord,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { notFound } from '../http/path-id';
import { BUS } from '../platform/parts';
import { cleanFileName } from './file-name';
import { UploadRules } from './upload-limits';

/** Between looks at an import: the first is soon, since most files are small. Milliseconds. */
const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 1_000;

/** Uploads that take more than one request. Storage keeps them; here is who may do what. */
@Injectable()
export class UploadSessions {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly rules: UploadRules,
  ) {}

  async open(
    body: OpenUpload,
    principal: Principal,
    way: 'direct' | 'resumable',
    uploadId: string = newId(),
  ): Promise<RpcResponse<typeof openUploadRpc>> {
    const { userId, accountId } = principal;
    const request = {
      uploadId,
      userId,
      accountId,
      limits: await this.rules.limitsForNew(principal),
      way,
      fileName: cleanFileName(body.file_name),
      contentType: body.content_type,
      sizeBytes: body.size_bytes,
      sha256: body.sha256 ?? null,
    };
    return this.bus.request(openUploadRpc, request, { correlationId: uploadId });
  }

  async import(body: ImportUpload, principal: Principal): Promise<UploadRecord> {
    const [uploadId, { userId, accountId }] = [newId(), principal];
    const limits = await this.rules.limitsForNew(principal);
    const fileName = cleanFileName(body.file_name ?? lastSegment(body.url));
    const request = { uploadId, userId, accountId, limits, url: body.url, fileName };
    return (await this.bus.request(importUrlRpc, request, { correlationId: uploadId })).upload;
  }

  async complete(uploadId: string, { userId }: Principal): Promise<AssetRecord> {
    const question = { uploadId, userId };
    return (await this.bus.request(completeUploadRpc, question, { correlationId: uploadId })).asset;
  }

  /** Throws `not_found`, also where it is another's. */
  async get(uploadId: string, { userId }: Principal): Promise<UploadRecord> {
    const { upload } = await this.bus.request(
      getUploadRpc,
      { uploadId, userId },
      { correlationId: uploadId },
    );
    if (!upload) throw notFound('upload', uploadId);
    return upload;
  }

  async delete(uploadId: string, { userId }: Principal): Promise<void> {
    await this.bus.request(deleteUploadRpc, { uploadId, userId }, { correlationId: uploadId });
  }

  /** As it is when it has ended, or after so long. */
  async whenEnded(upload: UploadRecord, principal: Principal, waitMs: number): Promise<UploadRecord> {
    const until = performance.now() + waitMs;
    let now = upload;
    for (let wait = FIRST_LOOK_MS; now.state === 'open'; wait = Math.min(wait * 2, LONGEST_LOOK_MS)) {
      const left = until - performance.now();
      if (left <= 0) break;
      await pause(Math.min(wait, left));
      now = await this.get(upload.uploadId, principal);
    }
    return now;
  }

  /** An own asset by its id. Throws `not_found`. */
  async asset(assetId: string, { userId }: Principal): Promise<AssetRecord> {
    const question = { userId, assetIds: [assetId], expiresInSeconds: 60 };
    const [asset] = (await this.bus.request(describeAssetsRpc, question, { correlationId: assetId })).assets;
    if (!asset) throw notFound('asset', assetId);
    return asset;
  }

  async usage(principal: Principal): Promise<StorageResource> {
    const { userId } = principal;
    const [limits, usage] = await Promise.all([
      this.rules.limitsOf(principal),
      this.bus.request(storageUsageRpc, { userId }, { correlationId: newId() }),
    ]);
    return {
      used_bytes: usage.usedBytes,
      files: usage.files,
      reserved_bytes: usage.reservedBytes,
      open_uploads: usage.openUploads,
      quota_bytes: limits.quotaBytes,
      image_max_bytes: limits.imageMaxBytes,
      video_max_bytes: limits.videoMaxBytes,
      video_max_seconds: limits.videoMaxSeconds,
    };
  }
}

/** What a URL calls its file: the part of a path that people would know it by. */
function lastSegment(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
  } catch {
    return undefined;
  }
}
