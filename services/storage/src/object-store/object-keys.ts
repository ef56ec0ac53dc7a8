import type { RenditionKind } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';

const EXTENSIONS = { preview: '.webp', spritesheet: '.jpg', compressed: '.mp4' } as const;

/** Where objects are: the only place that knows the prefixes. */
export const objectKeys = {
  /** All that was rendered for one attempt. */
  attempt: (attemptId: string) => `attempts/${attemptId}/`,
  /** A place that nobody else writes to, for one delivery of one result. */
  delivery: (attemptId: string) => `attempts/${attemptId}/${newId()}`,
  poster: (assetId: string) => `posters/${assetId}.jpg`,
  /** The asset that a poster is of; empty where the key is of none. */
  assetOfPoster: (key: string) => /^posters\/([^/]+)\.jpg$/.exec(key)?.[1] ?? '',
  rendition: (assetId: string, kind: Exclude<RenditionKind, 'poster'>) =>
    `renditions/${assetId}/${kind}${EXTENSIONS[kind]}`,
  /** Where what an upload brought is kept, for one try at it. */
  upload: (uploadId: string, tryId: string) => `uploads/${uploadId}/${tryId}`,
  /** Where a signed PUT leads. */
  incoming: (uploadId: string) => `incoming/${uploadId}/whole`,
  /** All that comes of an upload before it is looked at. */
  incomingOf: (uploadId: string) => `incoming/${uploadId}/`,
  /** The upload that something came for; empty where the key is of none. */
  uploadOfIncoming: (key: string) => /^incoming\/([^/]+)\//.exec(key)?.[1] ?? '',
  incomingAll: 'incoming/',
  /** The newest time that a database has written here; see sweep/database-stamp.ts. No sweep looks there. */
  databaseStamp: 'stamps/database',
  uploads: 'uploads/',
  attempts: 'attempts/',
  posters: 'posters/',
  renditions: 'renditions/',
} as const;
