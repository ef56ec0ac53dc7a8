import {
  addCommentRpc,
  deleteCommentRpc,
  getShareRpc,
  listCommentsRpc,
  listGalleryRpc,
  listModerationRpc,
  listSharesRpc,
  moderateRpc,
  openShareRpc,
  reportRpc,
  revokeShareRpc,
  setLikeRpc,
  shareJobRpc,
  type CommentRecord,
  type GalleryEntryRecord,
  type OpenedShare,
  type RpcRequest,
  type ShareRecord,
} from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import type { Backstage } from './backstage';

interface Kept {
  readonly userId: string;
  readonly share: ShareRecord;
}

/** Stands for the part of storage that keeps shares and the gallery, where a test is about the gateway alone; e2e/sharing.int-spec asks the real one. */
export class GalleryHall {
  readonly shares = new Map<string, Kept>();
  readonly comments = new Map<string, CommentRecord>();
  readonly opened = new Map<string, OpenedShare>();
  readonly entries: GalleryEntryRecord[] = [];
  readonly asked: RpcRequest<typeof shareJobRpc>[] = [];
  readonly likes: RpcRequest<typeof setLikeRpc>[] = [];
  readonly decided: RpcRequest<typeof moderateRpc>[] = [];

  constructor({ bus }: Backstage) {
    this.answerForShares(bus);
    this.answerForGallery(bus);
  }

  addComment(authorUserId: string, entryId: string): string {
    const commentId = newId();
    this.comments.set(commentId, {
      ...{ commentId, entryId, authorUserId, text: 'Nice', status: 'published' },
      ...{ entryOwnerUserId: newId(), createdAt: new Date().toISOString() },
    });
    return commentId;
  }

  private answerForShares(bus: Backstage['bus']): void {
    bus.respond(shareJobRpc, async (wanted) => {
      this.asked.push(wanted);
      const { shareId, jobId, title = null, prompt = null, model, expiresAt = null } = wanted;
      const share: ShareRecord = {
        ...{ shareId, jobId, title, prompt, model, expiresAt, token: 'T'.repeat(43), blocked: false },
        allowDownload: wanted.allowDownload ?? false,
        createdAt: new Date().toISOString(),
        gallery: wanted.inGallery === true ? 'published' : null,
      };
      this.shares.set(jobId, { userId: wanted.userId, share });
      return { share, created: true };
    });
    bus.respond(getShareRpc, async (asked) => ({ share: this.find(asked)?.share ?? null }));
    bus.respond(listSharesRpc, async ({ userId }) => ({
      shares: [...this.shares.values()].flatMap((kept) => (kept.userId === userId ? [kept.share] : [])),
      nextCursor: null,
    }));
    bus.respond(revokeShareRpc, async (asked) => {
      if (!this.find(asked)) throw new AppError('not_found', `There is no share of the job ${asked.jobId}.`);
      this.shares.delete(asked.jobId);
      return { revoked: true as const };
    });
    bus.respond(openShareRpc, async ({ token }) => ({ share: this.opened.get(token) ?? null }));
  }

  private answerForGallery(bus: Backstage['bus']): void {
    bus.respond(listGalleryRpc, async () => ({ entries: this.entries, nextCursor: null }));
    bus.respond(setLikeRpc, async (asked) => {
      this.likes.push(asked);
      return { likes: 1 };
    });
    bus.respond(listCommentsRpc, async ({ entryId }) => ({
      comments: [...this.comments.values()].filter((comment) => comment.entryId === entryId),
      nextCursor: null,
    }));
    bus.respond(addCommentRpc, async ({ entryId, userId, text, needsApproval }) => {
      const commentId = this.addComment(userId, entryId);
      const comment = { ...this.comment(commentId), text };
      return { comment: needsApproval ? { ...comment, status: 'pending' as const } : comment };
    });
    bus.respond(deleteCommentRpc, async ({ commentId, userId, asOperator }) => {
      const { authorUserId } = this.comment(commentId);
      if (authorUserId !== userId && !asOperator) throw noComment(commentId);
      this.comments.delete(commentId);
      return { deleted: true as const };
    });
    bus.respond(reportRpc, async () => ({ reported: true as const }));
    bus.respond(listModerationRpc, async () => ({ items: [], nextCursor: null }));
    bus.respond(moderateRpc, async (asked) => {
      this.decided.push(asked);
      return { status: 'removed' as const };
    });
  }

  private find({ userId, jobId }: RpcRequest<typeof getShareRpc>): Kept | undefined {
    const kept = this.shares.get(jobId);
    return kept?.userId === userId ? kept : undefined;
  }

  private comment(commentId: string): CommentRecord {
    const comment = this.comments.get(commentId);
    if (!comment) throw noComment(commentId);
    return comment;
  }
}

const noComment = (id: string): AppError => new AppError('not_found', `There is no comment ${id}.`);
