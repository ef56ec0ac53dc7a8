import type { MigrationSet } from '@shotloom/database';
import { createIdentityMigration } from './0001-create-identity';
import { createProviderCredentialsMigration } from './0002-create-provider-credentials';
import { createPeopleAndPlansMigration } from './0003-create-people-and-plans';
import { createSignInMigration } from './0004-create-sign-in';
import { extendCredentialsMigration } from './0005-extend-credentials';
import { createOrganisationsAndLimitsMigration } from './0006-create-organisations-and-limits';
import { createBillingMigration } from './0007-create-billing';
import { manageProviderCredentialsMigration } from './0008-manage-provider-credentials';
import { createCatalogueMigration } from './0009-create-catalogue';
import { createPlatformSettingsMigration } from './0010-create-platform-settings';
import { tellOfLimitsMigration } from './0011-tell-of-limits';
import { planRetentionMigration } from './0012-plan-retention';
import { limitUploadsMigration } from './0013-limit-uploads';
import { indexWhatGrowsMigration } from './0014-index-what-grows';

export const identityMigrations: MigrationSet = {
  schema: 'identity',
  migrations: {
    '0001-create-identity': createIdentityMigration,
    '0002-create-provider-credentials': createProviderCredentialsMigration,
    '0003-create-people-and-plans': createPeopleAndPlansMigration,
    '0004-create-sign-in': createSignInMigration,
    '0005-extend-credentials': extendCredentialsMigration,
    '0006-create-organisations-and-limits': createOrganisationsAndLimitsMigration,
    '0007-create-billing': createBillingMigration,
    '0008-manage-provider-credentials': manageProviderCredentialsMigration,
    '0009-create-catalogue': createCatalogueMigration,
    '0010-create-platform-settings': createPlatformSettingsMigration,
    '0011-tell-of-limits': tellOfLimitsMigration,
    '0012-plan-retention': planRetentionMigration,
    '0013-limit-uploads': limitUploadsMigration,
    '0014-index-what-grows': indexWhatGrowsMigration,
  },
};
