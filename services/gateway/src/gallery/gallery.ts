import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  addCommentRpc,
  deleteCommentRpc,
  listCommentsRpc,
  listGalleryRpc,
  reportRpc,
  setLikeRpc,
  type CommentListQuery,
  type CommentPage,
  type GalleryComment,
  type GalleryLikes,
  type GalleryPage,
  type GalleryQuery,
  type Principal,
  type RpcRequest,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { RemoteAction } from '../audit/remote-action';
import type { Actor } from '../audit/audit-log';
import { Throttle } from '../auth/throttle';
import { publicUrl, type Config } from '../config';
import { pathId } from '../http/path-id';
import { BUS, CONFIG } from '../platform/parts';
import { toComment, toGalleryEntry } from './gallery-resource';
import { GallerySwitches } from './gallery-switches';
import { commentLimits, likeLimits, reportLimits } from './limits';
import { PublicNames } from './public-names';

/** Who looks or does something, as the routes know it. */
export interface Visitor {
  readonly principal: Principal;
  readonly actor: Actor;
}

/** What people do in the gallery, asked of storage, which keeps it. */
@Injectable()
export class Gallery {
  private readonly origin: string;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) config: Config,
    private readonly switches: GallerySwitches,
    private readonly names: PublicNames,
    private readonly throttle: Throttle,
    private readonly remote: RemoteAction,
  ) {
    this.origin = publicUrl(config);
  }

  async list(query: GalleryQuery, principal: Principal | null): Promise<GalleryPage> {
    const { gallery_likes: likes, gallery_comments: comments } = await this.switches.enter(principal);
    const viewer = principal?.userId ?? null;
    const { entries, nextCursor } = await this.bus.request(listGalleryRpc, {
      ...query,
      viewerUserId: viewer,
    });
    const names = await this.names.of(entries.map(({ ownerUserId }) => ownerUserId));
    return {
      data: entries.map((entry) => toGalleryEntry(entry, { viewer, names, origin: this.origin })),
      next_cursor: nextCursor,
      features: { likes, comments },
    };
  }

  /** Throws `not_found`, `forbidden` where likes are switched off, or `rate_limited`. */
  async like(id: string, liked: boolean, { principal, actor }: Visitor): Promise<GalleryLikes> {
    const entryId = pathId('gallery entry', id);
    await this.switches.use('likes', principal);
    const { userId } = principal;
    await this.throttle.take(likeLimits(userId));
    const { likes } = await this.bus.request(setLikeRpc, { userId, entryId, liked }, tied(actor));
    return { likes, liked_by_me: liked };
  }

  async comments(id: string, query: CommentListQuery, principal: Principal | null): Promise<CommentPage> {
    const entryId = pathId('gallery entry', id);
    await this.switches.use('comments', principal);
    const viewer = principal?.userId ?? null;
    const question = { ...query, entryId, viewerUserId: viewer };
    const { comments, nextCursor } = await this.bus.request(listCommentsRpc, question);
    const names = await this.names.of(comments.map(({ authorUserId }) => authorUserId));
    const seenBy = { viewer, names, asOperator: isOperator(principal) };
    return { data: comments.map((comment) => toComment(comment, seenBy)), next_cursor: nextCursor };
  }

  /** Throws `not_found`, `forbidden` where comments are switched off, or `rate_limited`. */
  async comment(id: string, text: string, { principal, actor }: Visitor): Promise<GalleryComment> {
    const entryId = pathId('gallery entry', id);
    const { gallery_comment_approval: needsApproval } = await this.switches.use('comments', principal);
    const { userId } = principal;
    await this.throttle.take(commentLimits(userId));
    const wanted = { commentId: newId(), entryId, userId, text, needsApproval };
    const { comment } = await this.bus.request(addCommentRpc, wanted, tied(actor));
    const names = await this.names.of([userId]);
    return toComment(comment, { viewer: userId, names, asOperator: isOperator(principal) });
  }

  /** Also where comments are off: whoever wrote one may take it back. What an operator may do is in the audit log. */
  async deleteComment(id: string, { principal, actor }: Visitor): Promise<void> {
    const commentId = pathId('comment', id);
    const { userId } = principal;
    const asOperator = isOperator(principal);
    const ask = () => this.bus.request(deleteCommentRpc, { commentId, userId, asOperator }, tied(actor));
    if (!asOperator) await ask();
    else {
      const target = { type: 'gallery_comment', id: commentId };
      await this.remote.run({ actor, action: 'gallery_comment.deleted', target }, ask);
    }
  }

  /** Throws `not_found` or `rate_limited`. */
  async report(
    kind: RpcRequest<typeof reportRpc>['kind'],
    id: string,
    reason: string,
    { principal, actor }: Visitor,
  ): Promise<void> {
    const subject = pathId(kind === 'entry' ? 'gallery entry' : 'comment', id);
    await this.switches.enter(principal);
    const { userId } = principal;
    await this.throttle.take(reportLimits(userId));
    await this.bus.request(reportRpc, { kind, id: subject, reportId: newId(), userId, reason }, tied(actor));
  }
}

const tied = ({ requestId }: Actor) => ({ correlationId: requestId ?? newId() });

/** By role and by what they gave this credential. */
const isOperator = (principal: Principal | null): boolean =>
  principal !== null && principal.role !== 'user' && principal.scopes.includes('admin');
