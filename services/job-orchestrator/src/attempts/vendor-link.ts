import type { VendorLink, VendorOutcome } from '@shotloom/contracts';

/** Fetching the same video again costs nothing; buying another one does: so often a vendor is asked for another link to one video. */
export const MOST_FRESH_LINKS = 20;

/** Where the vendor left the video; of several it is the first, as every vendor that we ask for one gives one. */
export function linkOf({
  videos,
}: Pick<Extract<VendorOutcome, { kind: 'succeeded' }>, 'videos'>): VendorLink {
  const [video] = videos;
  return { kind: 'url', url: video?.url ?? '', expiresAt: video?.expiresAt ?? null };
}
