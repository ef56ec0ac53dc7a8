import type { Bus } from '@shotloom/bus';
import {
  appendUploadRpc,
  completeUploadRpc,
  deleteUploadRpc,
  getUploadRpc,
  importUrlRpc,
  openUploadRpc,
  storageUsageRpc,
  type AssetRecord,
  type RpcRequest,
  type UploadRecord,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';

type Opened = RpcRequest<typeof openUploadRpc>;
type Imported = RpcRequest<typeof importUrlRpc>;
interface Kept {
  readonly userId: string;
  readonly accountId: string;
  record: UploadRecord;
}

/** No other server can be reached from here. */
export const NOTHING_THERE = {
  state: 'failed',
  error: {
    code: 'invalid_input',
    message: 'It is not on the public internet.',
    retryable: false,
    chargeable: false,
    outcome: 'refused',
    details: { reason: 'import_refused' },
  },
} as const;

/** Stands for what storage does with uploads of several requests; by the contracts, owner and all. */
export class UploadDesk {
  readonly opened: Opened[] = [];
  readonly imported: Imported[] = [];
  readonly deleted: string[] = [];
  /** What becomes of an import. */
  onImport: (request: Imported) => Partial<UploadRecord> = () => NOTHING_THERE;
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly assets: Map<string, AssetRecord>) {}

  answer(bus: Bus): void {
    bus.respond(openUploadRpc, async (request) => {
      this.opened.push(request);
      const { contentType, sizeBytes, fileName, way } = request;
      const upload = this.keep(request, { way, contentType, sizeBytes, fileName });
      const put = { url: 'https://media.example/put?sig=1', headers: { 'content-type': contentType } };
      return { upload, put: way === 'direct' ? { ...put, expiresAt: upload.expiresAt } : null };
    });
    bus.respond(importUrlRpc, async (request) => {
      this.imported.push(request);
      const upload = this.keep(request, { way: 'import', fileName: request.fileName });
      this.change(request.uploadId, this.onImport(request));
      return { upload };
    });
    bus.respond(appendUploadRpc, async ({ fromByte, sizeBytes, ...who }) => {
      const { record } = this.own(who);
      if (record.receivedBytes !== fromByte) throw new AppError('conflict', 'It is elsewhere.');
      this.change(who.uploadId, { receivedBytes: fromByte + sizeBytes });
      return { receivedBytes: fromByte + sizeBytes };
    });
    bus.respond(getUploadRpc, async (who) => ({ upload: this.find(who)?.record ?? null }));
    bus.respond(completeUploadRpc, async (who) => {
      const kept = this.own(who);
      const asset = kept.record.asset ?? this.addAsset(who.uploadId, kept);
      this.change(who.uploadId, { state: 'completed', asset });
      return { asset };
    });
    bus.respond(deleteUploadRpc, async (who) => {
      this.own(who);
      this.deleted.push(who.uploadId);
      this.change(who.uploadId, { state: 'cancelled' });
      return { deleted: true as const };
    });
    bus.respond(storageUsageRpc, async () => ({ usedBytes: 7, files: 1, reservedBytes: 3, openUploads: 1 }));
  }

  private keep(
    { uploadId, userId, accountId }: Pick<Opened, 'uploadId' | 'userId' | 'accountId'>,
    facts: Partial<UploadRecord>,
  ): UploadRecord {
    const now = new Date();
    const record: UploadRecord = {
      uploadId,
      way: 'direct',
      state: 'open',
      fileName: null,
      contentType: null,
      sizeBytes: null,
      sha256: null,
      receivedBytes: 0,
      asset: null,
      error: null,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + 3_600_000).toISOString(),
      ...facts,
    };
    this.kept.set(uploadId, { userId, accountId, record });
    return record;
  }

  private change(uploadId: string, facts: Partial<UploadRecord>): void {
    const kept = this.kept.get(uploadId);
    if (kept) kept.record = { ...kept.record, ...facts };
  }

  private find({ uploadId, userId }: { uploadId: string; userId: string }): Kept | undefined {
    const kept = this.kept.get(uploadId);
    return kept?.userId === userId ? kept : undefined;
  }

  private own(who: { uploadId: string; userId: string }): Kept {
    const kept = this.find(who);
    if (!kept) throw new AppError('not_found', `There is no upload ${who.uploadId}.`);
    return kept;
  }

  private addAsset(assetId: string, { userId, accountId, record }: Kept): AssetRecord {
    const asset: AssetRecord = {
      assetId,
      accountId,
      ownerUserId: userId,
      kind: 'image',
      origin: 'upload',
      objectKey: `uploads/${assetId}/1`,
      contentType: 'image/jpeg',
      sizeBytes: record.sizeBytes ?? 1_000,
      sha256: 'b'.repeat(64),
      width: 900,
      height: 1_600,
      durationSeconds: null,
      fps: null,
      videoCodec: null,
      fileName: record.fileName,
      posterKey: null,
      createdAt: record.createdAt,
    };
    this.assets.set(assetId, asset);
    return asset;
  }
}
