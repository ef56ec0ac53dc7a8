import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module';
import { Accounts } from './accounts';
import { AccountsController } from './accounts.controller';
import { Invitations } from './invitations';
import { InvitationsController } from './invitations.controller';
import { Members } from './members';
import { MembersController } from './members.controller';

@Module({
  imports: [IdentityModule],
  controllers: [AccountsController, MembersController, InvitationsController],
  providers: [Accounts, Members, Invitations],
})
export class AccountsModule {}
