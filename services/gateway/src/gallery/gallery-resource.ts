import type {
  CommentRecord,
  GalleryComment,
  GalleryEntry,
  GalleryEntryRecord,
  GalleryPerson,
  ModerationItem,
  ModerationItemResource,
} from '@shotloom/contracts';
import { sharePath } from '../shares/share-resource';

/** Who looks, and what may be told of those whom they see. */
interface SeenBy {
  /** Null: somebody who is not signed in. */
  readonly viewer: string | null;
  readonly names: ReadonlyMap<string, string>;
}

const personOf = (userId: string, { viewer, names }: SeenBy): GalleryPerson => ({
  name: names.get(userId) ?? null,
  is_me: userId === viewer,
});

/** Ids of people stay here: what is public has no key to other things of theirs. Pure. */
export function toGalleryEntry(
  entry: GalleryEntryRecord,
  seenBy: SeenBy & { readonly origin: string },
): GalleryEntry {
  const page = seenBy.origin + sharePath(entry.token);
  return {
    id: entry.entryId,
    title: entry.title,
    prompt: entry.prompt,
    model: entry.model,
    label: entry.label,
    author: personOf(entry.ownerUserId, seenBy),
    page_url: page,
    video_url: `${page}/video`,
    poster_url: entry.hasPoster ? `${page}/poster` : null,
    width: entry.width,
    height: entry.height,
    duration: entry.durationSeconds,
    likes: entry.likes,
    comments: entry.comments,
    liked_by_me: entry.likedByViewer,
    published_at: entry.publishedAt,
  };
}

export function toComment(
  comment: CommentRecord,
  seenBy: SeenBy & { readonly asOperator: boolean },
): GalleryComment {
  const { viewer, asOperator } = seenBy;
  const isTheirs = viewer !== null && [comment.authorUserId, comment.entryOwnerUserId].includes(viewer);
  return {
    id: comment.commentId,
    entry_id: comment.entryId,
    text: comment.text,
    author: personOf(comment.authorUserId, seenBy),
    status: comment.status,
    can_delete: isTheirs || asOperator,
    created_at: comment.createdAt,
  };
}

export function toModerationItem(item: ModerationItem, origin: string): ModerationItemResource {
  return {
    kind: item.kind,
    id: item.id,
    entry_id: item.entryId,
    status: item.status,
    author_user_id: item.authorUserId,
    text: item.text,
    prompt: item.prompt,
    model: item.model,
    page_url: item.token === null ? null : origin + sharePath(item.token),
    open_reports: item.openReports,
    reasons: item.reasons,
    created_at: item.createdAt,
  };
}
