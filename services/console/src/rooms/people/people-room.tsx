import { useMe } from '../../shared/api/queries';
import { useAccounts } from '../../shared/api/accounts';
import { useSession } from '../../shared/api/session';
import { useTranslation } from 'react-i18next';
import { NeedsSession } from '../../shared/ui/needs-session';
import { Note } from '../../shared/ui/note';
import { Page } from '../../shared/ui/page';
import { RowsComing } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { AccountSettings } from './account-settings';
import { InvitationsPanel } from './invitations-panel';
import { MembersPanel } from './members-panel';
import { NewOrganisation } from './new-organisation';
import { YourAccounts } from './your-accounts';

/** Who shares an account: the accounts of a person, and the people of the one that they work in. */
export function PeopleRoom() {
  const { t } = useTranslation();
  const { access } = useSession();
  return (
    <Page title={t('account.people.title')} lead={t('account.people.lead')} testId="people-room">
      {access?.kind === 'session' ? <People /> : <NeedsSession />}
    </Page>
  );
}

function People() {
  const { t } = useTranslation();
  const accounts = useAccounts();
  const me = useMe();
  const failed = accounts.isError ? accounts : me;
  if (failed.isError) return <Problem error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!accounts.data || !me.data) return <RowsComing />;
  const active = accounts.data.find(({ id }) => id === me.data.account_id);
  const runsIt = active !== undefined && active.role !== 'member';
  return (
    <>
      <YourAccounts accounts={accounts.data} activeId={me.data.account_id} />
      {active?.kind === 'personal' && <Note>{t('account.people.personal')}</Note>}
      {active?.kind === 'organisation' && (
        <>
          <MembersPanel key={`members-${active.id}`} account={active} myId={me.data.user_id} />
          {runsIt && <InvitationsPanel key={`invitations-${active.id}`} account={active} />}
        </>
      )}
      {runsIt && <AccountSettings key={`settings-${active.id}`} account={active} />}
      <NewOrganisation />
    </>
  );
}
