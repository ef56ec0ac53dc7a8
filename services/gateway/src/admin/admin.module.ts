import { Module } from '@nestjs/common';
import { AdminAccounts } from './accounts/accounts';
import { AdminAccountsController } from './accounts/accounts.controller';
import { CreditChanges } from './accounts/credit-changes';
import { AuditTrailController } from './audit-trail/audit-trail.controller';
import { AdminCatalogue } from './catalogue/admin-catalogue';
import { AdminCatalogueController } from './catalogue/admin-catalogue.controller';
import { AdminGalleryController } from './gallery/admin-gallery.controller';
import { AdminOperationsController } from './operations/operations.controller';
import { AdminUsers } from './people/users';
import { AdminUsersController } from './people/users.controller';
import { AdminPlans } from './plans/plans';
import { AdminPlansController } from './plans/plans.controller';
import { AdminProviders } from './providers/admin-providers';
import { AdminProvidersController } from './providers/admin-providers.controller';
import { AdminCredentials } from './providers/credentials';
import { AdminCredentialsController } from './providers/credentials.controller';
import { RemoteAction } from '../audit/remote-action';
import { AdminSettingsController } from './settings/settings.controller';

/** What operators and admins do over the API. Every change is in the audit log. */
@Module({
  controllers: [
    AdminUsersController,
    AdminAccountsController,
    AdminPlansController,
    AdminCatalogueController,
    AdminProvidersController,
    AdminCredentialsController,
    AdminGalleryController,
    AdminOperationsController,
    AdminSettingsController,
    AuditTrailController,
  ],
  providers: [
    RemoteAction,
    AdminUsers,
    AdminAccounts,
    CreditChanges,
    AdminPlans,
    AdminCatalogue,
    AdminProviders,
    AdminCredentials,
  ],
})
export class AdminModule {}
