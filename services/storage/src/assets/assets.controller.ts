import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OnRequest } from '@shotloom/bus/nest';
import {
  deleteAssetRpc,
  describeAssetsRpc,
  getAssetRpc,
  listAssetsRpc,
  mediaFactsRpc,
  registerUploadRpc,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { STORAGE, type Storage } from '../app.tokens';
import { deleteOwnAsset } from '../deletion/delete-own-asset';
import { registerUpload } from '../uploads/register-upload';
import { describeAssets } from './describe-assets';
import { mediaFacts } from './media-facts';
import { getAsset, listAssets } from './own-assets';

/** Pictures are decoded in this process; more at once would only hold more of them in memory. */
const PROBES_AT_ONCE = 4;

export const ASSET_RPCS = [
  registerUploadRpc,
  describeAssetsRpc,
  mediaFactsRpc,
  listAssetsRpc,
  getAssetRpc,
  deleteAssetRpc,
];

/** What other services ask of storage. */
@Controller()
export class AssetsController {
  constructor(@Inject(STORAGE) private readonly storage: Storage) {}

  @OnRequest(registerUploadRpc, { concurrency: PROBES_AT_ONCE })
  async register(
    @Payload() upload: RpcRequest<typeof registerUploadRpc>,
  ): Promise<RpcResponse<typeof registerUploadRpc>> {
    const asset = await registerUpload(this.storage, upload);
    // Content that the user has already is the asset of before.
    if (asset.assetId === upload.assetId) this.storage.metrics.uploaded('form', asset.sizeBytes);
    return { asset };
  }

  @OnRequest(describeAssetsRpc)
  async describe(
    @Payload() question: RpcRequest<typeof describeAssetsRpc>,
  ): Promise<RpcResponse<typeof describeAssetsRpc>> {
    return describeAssets(this.storage, question);
  }

  @OnRequest(mediaFactsRpc)
  async facts(
    @Payload() question: RpcRequest<typeof mediaFactsRpc>,
  ): Promise<RpcResponse<typeof mediaFactsRpc>> {
    return { facts: await mediaFacts(this.storage, question) };
  }

  @OnRequest(listAssetsRpc, { concurrency: 3 })
  list(@Payload() question: RpcRequest<typeof listAssetsRpc>): Promise<RpcResponse<typeof listAssetsRpc>> {
    return listAssets(this.storage, question);
  }

  @OnRequest(getAssetRpc)
  get(@Payload() question: RpcRequest<typeof getAssetRpc>): Promise<RpcResponse<typeof getAssetRpc>> {
    return getAsset(this.storage, question);
  }

  @OnRequest(deleteAssetRpc)
  async delete(
    @Payload() request: RpcRequest<typeof deleteAssetRpc>,
  ): Promise<RpcResponse<typeof deleteAssetRpc>> {
    await deleteOwnAsset(this.storage, request);
    return { deleted: true };
  }
}
