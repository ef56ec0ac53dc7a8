import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OnRequest } from '@shotloom/bus/nest';
import {
  addCommentRpc,
  deleteCommentRpc,
  listCommentsRpc,
  listGalleryRpc,
  listModerationRpc,
  moderateRpc,
  reportRpc,
  setLikeRpc,
  type RpcRequest,
  type RpcResponse,
} from '@shotloom/contracts';
import { STORAGE, type Storage } from '../app.tokens';
import { addComment, deleteComment, listComments } from './comments';
import { setLike } from './likes';
import { listGallery } from './list-gallery';
import { listModeration } from './list-moderation';
import { moderate } from './moderate';
import { report } from './reports';

export const GALLERY_RPCS = [
  listGalleryRpc,
  setLikeRpc,
  listCommentsRpc,
  addCommentRpc,
  deleteCommentRpc,
  reportRpc,
  listModerationRpc,
  moderateRpc,
];

/** What people do with what others have shared, and what operators decide about it. */
@Controller()
export class GalleryController {
  constructor(@Inject(STORAGE) private readonly storage: Storage) {}

  @OnRequest(listGalleryRpc)
  list(@Payload() asked: RpcRequest<typeof listGalleryRpc>): Promise<RpcResponse<typeof listGalleryRpc>> {
    return listGallery(this.storage, asked);
  }

  @OnRequest(setLikeRpc)
  async like(@Payload() asked: RpcRequest<typeof setLikeRpc>): Promise<RpcResponse<typeof setLikeRpc>> {
    return { likes: await setLike(this.storage, asked) };
  }

  @OnRequest(listCommentsRpc)
  comments(
    @Payload() asked: RpcRequest<typeof listCommentsRpc>,
  ): Promise<RpcResponse<typeof listCommentsRpc>> {
    return listComments(this.storage, asked);
  }

  @OnRequest(addCommentRpc)
  async comment(
    @Payload() asked: RpcRequest<typeof addCommentRpc>,
  ): Promise<RpcResponse<typeof addCommentRpc>> {
    return { comment: await addComment(this.storage, asked) };
  }

  @OnRequest(deleteCommentRpc)
  async uncomment(
    @Payload() asked: RpcRequest<typeof deleteCommentRpc>,
  ): Promise<RpcResponse<typeof deleteCommentRpc>> {
    await deleteComment(this.storage, asked);
    return { deleted: true };
  }

  @OnRequest(reportRpc)
  async report(@Payload() told: RpcRequest<typeof reportRpc>): Promise<RpcResponse<typeof reportRpc>> {
    await report(this.storage, told);
    return { reported: true };
  }

  @OnRequest(listModerationRpc)
  moderation(
    @Payload() asked: RpcRequest<typeof listModerationRpc>,
  ): Promise<RpcResponse<typeof listModerationRpc>> {
    return listModeration(this.storage, asked);
  }

  @OnRequest(moderateRpc)
  async moderate(@Payload() asked: RpcRequest<typeof moderateRpc>): Promise<RpcResponse<typeof moderateRpc>> {
    return { status: await moderate(this.storage, asked) };
  }
}
