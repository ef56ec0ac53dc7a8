import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { Transport } from './transport';
import type { CommentPage, GalleryComment, GalleryLikes, GalleryPage } from './types';

export interface GalleryOptions extends PageOptions {
  /** `top`: most likes first. Default `new`. */
  readonly sort?: 'new' | 'top';
  /** Only what this model made. */
  readonly model?: string | undefined;
}

/** Videos that people show to others. Where the operator has switched the gallery off, everything here is `not_found`. */
export class GalleryApi {
  constructor(private readonly transport: Transport) {}

  list({ sort, model, ...page }: GalleryOptions = {}, { signal }: CallSignal = {}): Promise<GalleryPage> {
    const query = { ...pageQuery(page), sort, model };
    return this.transport.call<GalleryPage>('/api/v1/gallery', { query, signal });
  }

  like(entryId: string): Promise<GalleryLikes> {
    return this.transport.call<GalleryLikes>(`${entryPath(entryId)}/like`, {
      method: 'PUT',
      repeatable: true,
    });
  }

  unlike(entryId: string): Promise<GalleryLikes> {
    return this.transport.call<GalleryLikes>(`${entryPath(entryId)}/like`, {
      method: 'DELETE',
      repeatable: true,
    });
  }

  /** Newest first. */
  comments(entryId: string, page: PageOptions = {}, { signal }: CallSignal = {}): Promise<CommentPage> {
    const query = pageQuery(page);
    return this.transport.call<CommentPage>(`${entryPath(entryId)}/comments`, { query, signal });
  }

  /** 1 to 1,000 characters. Its `status` is `pending` where the operator reads it first. Not tried again by itself. */
  comment(entryId: string, text: string): Promise<GalleryComment> {
    const call = { method: 'POST', body: { text } } as const;
    return this.transport.call<GalleryComment>(`${entryPath(entryId)}/comments`, call);
  }

  /** One's own, or one on a video of one's own; for anybody else `not_found`. */
  async deleteComment(commentId: string): Promise<void> {
    await this.transport.call<unknown>(commentPath(commentId), { method: 'DELETE' });
  }

  /** Shows it to the operators. */
  async report(entryId: string, reason: string): Promise<void> {
    await this.transport.call<unknown>(`${entryPath(entryId)}/report`, { method: 'POST', body: { reason } });
  }

  async reportComment(commentId: string, reason: string): Promise<void> {
    const call = { method: 'POST', body: { reason } } as const;
    await this.transport.call<unknown>(`${commentPath(commentId)}/report`, call);
  }
}

const entryPath = (id: string): string => `/api/v1/gallery/${encodeURIComponent(id)}`;
const commentPath = (id: string): string => `/api/v1/comments/${encodeURIComponent(id)}`;
