import type { MigrationSet } from '@shotloom/database';
import { createIdentityMigration } from './0001-create-identity';
import { createProviderCredentialsMigration } from './0002-create-provider-credentials';
import { createPeopleAndPlansMigration } from './0003-create-people-and-plans';
import { createSignInMigration } from './0004-create-sign-in';
import { extendCredentialsMigration } from './0005-extend-credentials';
import { createOrganisationsAndLimitsMigration } from './0006-create-organisations-and-limits';
import { createBillingMigration } from './0008-create-billing';

export const identityMigrations: MigrationSet = {
  schema: 'identity',
  migrations: {
    '0001-create-identity': createIdentityMigration,
    '0002-create-provider-credentials': createProviderCredentialsMigration,
    '0003-create-people-and-plans': createPeopleAndPlansMigration,
    '0004-create-sign-in': createSignInMigration,
    '0005-extend-credentials': extendCredentialsMigration,
    '0006-create-organisations-and-limits': createOrganisationsAndLimitsMigration,
    '0008-create-billing': createBillingMigration,
  },
};
