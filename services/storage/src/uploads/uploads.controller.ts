import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OnRequest } from '@shotloom/bus/nest';
import {
  appendUploadRpc,
  completeUploadRpc,
  deleteUploadRpc,
  getUploadRpc,
  importUrlRpc,
  openUploadRpc,
  storageUsageRpc,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { STORAGE, type Storage } from '../app.tokens';
import { findAsset } from '../assets/asset-rows';
import { importUrl } from '../imports/import-url';
import { Completions } from './completions';
import { giveUpUpload } from './give-up-upload';
import { openUpload } from './open-upload';
import { appendPart } from './parts';
import { usageOf } from './quota';
import { findUpload, toUploadRecord } from './upload-rows';

/** Whole files are read; more at once would only make each slower. */
const COMPLETIONS_AT_ONCE = 4;

/** Uploads that take more than one request, as the gateway asks for them. */
@Controller()
export class UploadsController {
  private readonly completions: Completions;

  constructor(@Inject(STORAGE) private readonly storage: Storage) {
    this.completions = new Completions(storage);
  }

  @OnRequest(openUploadRpc)
  open(@Payload() request: RpcRequest<typeof openUploadRpc>): Promise<RpcResponse<typeof openUploadRpc>> {
    return openUpload(this.storage, request);
  }

  @OnRequest(importUrlRpc)
  async import(
    @Payload() request: RpcRequest<typeof importUrlRpc>,
  ): Promise<RpcResponse<typeof importUrlRpc>> {
    return { upload: await importUrl(this.storage, request) };
  }

  @OnRequest(appendUploadRpc)
  append(
    @Payload() request: RpcRequest<typeof appendUploadRpc>,
  ): Promise<RpcResponse<typeof appendUploadRpc>> {
    return appendPart(this.storage, request);
  }

  @OnRequest(completeUploadRpc, { concurrency: COMPLETIONS_AT_ONCE })
  async complete(
    @Payload() request: RpcRequest<typeof completeUploadRpc>,
  ): Promise<RpcResponse<typeof completeUploadRpc>> {
    return { asset: await this.completions.complete(request) };
  }

  @OnRequest(getUploadRpc)
  async get(@Payload() request: RpcRequest<typeof getUploadRpc>): Promise<RpcResponse<typeof getUploadRpc>> {
    const { sql } = this.storage.database;
    const row = await findUpload(sql, request);
    if (!row) return { upload: null };
    const asset = row.asset_id === null ? undefined : await findAsset(sql, row.asset_id);
    return { upload: toUploadRecord(row, asset?.deleted_at === null ? asset : undefined) };
  }

  @OnRequest(deleteUploadRpc)
  async delete(
    @Payload() request: RpcRequest<typeof deleteUploadRpc>,
  ): Promise<RpcResponse<typeof deleteUploadRpc>> {
    await giveUpUpload(this.storage, request);
    return { deleted: true };
  }

  @OnRequest(storageUsageRpc)
  async usage(
    @Payload() { userId }: RpcRequest<typeof storageUsageRpc>,
  ): Promise<RpcResponse<typeof storageUsageRpc>> {
    return { ...(await usageOf(this.storage.database.sql, userId)) };
  }
}
