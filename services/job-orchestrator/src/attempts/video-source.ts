import type { RenderedObject, VendorLink, VendorOutcome } from '@shotloom/contracts';

/** Fetching the same video again costs nothing; buying another one does: so often a vendor is asked for another link to one video. */
export const MOST_FRESH_LINKS = 20;

/**
 * Where the video is: the vendor's link, or the place where the worker put it with the vendor's key. Of several it is the first, as every
 * vendor that we ask for one gives one.
 */
export function sourceOf({
  videos,
}: Pick<Extract<VendorOutcome, { kind: 'succeeded' }>, 'videos'>): VendorLink | RenderedObject {
  const [video] = videos;
  return video?.object ?? { kind: 'url', url: video?.url ?? '', expiresAt: video?.expiresAt ?? null };
}
