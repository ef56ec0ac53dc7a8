import type { ShareRecord, ShareResource } from '@shotloom/contracts';

/** Where a shared video is seen. */
export const sharePath = (token: string): string => `/s/${token}`;

/** The record of the bus as its owner sees it. Pure. */
export function toShareResource(share: ShareRecord, origin: string, now: Date): ShareResource {
  return {
    id: share.shareId,
    job_id: share.jobId,
    url: origin + sharePath(share.token),
    state: stateOf(share, now),
    title: share.title,
    model: share.model,
    show_prompt: share.prompt !== null,
    allow_download: share.allowDownload,
    expires_at: share.expiresAt,
    gallery: share.gallery === null ? null : { entry_id: share.shareId, status: share.gallery },
    created_at: share.createdAt,
  };
}

function stateOf({ blocked, expiresAt }: ShareRecord, now: Date): ShareResource['state'] {
  if (blocked) return 'blocked';
  return expiresAt !== null && Date.parse(expiresAt) <= now.getTime() ? 'expired' : 'live';
}
