import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OnRequest } from '@shotloom/bus/nest';
import {
  getShareRpc,
  listSharesRpc,
  openShareRpc,
  revokeShareRpc,
  shareJobRpc,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { STORAGE, type Storage } from '../app.tokens';
import { openShare } from './open-share';
import { shareJob } from './share-job';
import { getShare, listShares, revokeShare } from './shares';

export const SHARING_RPCS = [shareJobRpc, getShareRpc, listSharesRpc, revokeShareRpc, openShareRpc];

/** Links to videos: what owners do with them, and what they open. */
@Controller()
export class SharingController {
  constructor(@Inject(STORAGE) private readonly storage: Storage) {}

  @OnRequest(shareJobRpc)
  share(@Payload() wanted: RpcRequest<typeof shareJobRpc>): Promise<RpcResponse<typeof shareJobRpc>> {
    return shareJob(this.storage, wanted);
  }

  @OnRequest(getShareRpc)
  async get(@Payload() asked: RpcRequest<typeof getShareRpc>): Promise<RpcResponse<typeof getShareRpc>> {
    return { share: await getShare(this.storage, asked) };
  }

  @OnRequest(listSharesRpc)
  list(@Payload() asked: RpcRequest<typeof listSharesRpc>): Promise<RpcResponse<typeof listSharesRpc>> {
    return listShares(this.storage, asked);
  }

  @OnRequest(revokeShareRpc)
  async revoke(
    @Payload() asked: RpcRequest<typeof revokeShareRpc>,
  ): Promise<RpcResponse<typeof revokeShareRpc>> {
    await revokeShare(this.storage, asked);
    return { revoked: true };
  }

  @OnRequest(openShareRpc)
  async open(@Payload() asked: RpcRequest<typeof openShareRpc>): Promise<RpcResponse<typeof openShareRpc>> {
    return { share: await openShare(this.storage, asked) };
  }
}
