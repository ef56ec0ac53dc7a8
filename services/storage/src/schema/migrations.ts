import type { MigrationSet } from '@shotloom/database';
import { createAssetsMigration } from './0001-create-assets';
import { tombstonesAndPosterTriesMigration } from './0002-asset-tombstones-and-poster-tries';
import { createUploadsMigration } from './0003-create-uploads';
import { renditionsAndRetentionMigration } from './0004-create-renditions';
import { sharesAndGalleryMigration } from './0005-shares-and-gallery';
import { indexDeletedUploadsMigration } from './0007-index-deleted-uploads';
import { indexListedAssetsMigration } from './0008-index-listed-assets';
import { expiredLinksMigration } from './0009-expired-links';

export const SCHEMA = 'media';

export const mediaMigrations: MigrationSet = {
  schema: SCHEMA,
  migrations: {
    '0001-create-assets': createAssetsMigration,
    '0002-asset-tombstones-and-poster-tries': tombstonesAndPosterTriesMigration,
    '0003-create-uploads': createUploadsMigration,
    '0004-create-renditions': renditionsAndRetentionMigration,
    '0005-shares-and-gallery': sharesAndGalleryMigration,
    '0007-index-deleted-uploads': indexDeletedUploadsMigration,
    '0008-index-listed-assets': indexListedAssetsMigration,
    '0009-expired-links': expiredLinksMigration,
  },
};
