import { useEffect, useState } from 'react';
import { Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { AccountResource } from '@shotloom/sdk';
import { useActivate } from '../../shared/api/accounts';
import { keepInvitation, useLinkToken, waitingInvitation } from '../../shared/api/link-token';
import { useMe } from '../../shared/api/queries';
import { wayIn } from '../../shared/api/return-path';
import { useClient, useSession } from '../../shared/api/session';
import { Button, buttonClass } from '../../shared/ui/button';
import { Entry } from '../../shared/ui/entry';
import { Note } from '../../shared/ui/note';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

/** Where the link of an invitation leads. It waits in this browser until its person has signed in, and joins when they say so. */
export function InvitationRoom() {
  const { t } = useTranslation();
  const { access } = useSession();
  const given = useLinkToken();
  const [token] = useState(() => given ?? waitingInvitation());
  useEffect(() => {
    if (given !== null) keepInvitation(given);
  }, [given]);
  const home = <Link to="/create">{t('errors.back')}</Link>;
  return (
    <Entry
      title={t('entry.invitation.title')}
      lead={t('entry.invitation.lead')}
      testId="invitation-room"
      foot={access ? home : undefined}
    >
      {token === null && <Note tone="warn">{t('entry.noToken')}</Note>}
      {token !== null && !access && <Ways />}
      {token !== null && access?.kind === 'key' && <OnlyKey />}
      {token !== null && access?.kind === 'session' && <Join token={token} />}
    </Entry>
  );
}

function Ways() {
  const { t } = useTranslation();
  return (
    <>
      <Link
        to={wayIn('/sign-in', '/invitations')}
        className={buttonClass('primary', 'lg')}
        data-testid="to-sign-in"
      >
        {t('entry.signIn.submit')}
      </Link>
      <Link
        to={wayIn('/sign-in/register', '/invitations')}
        className={buttonClass('quiet', 'lg')}
        data-testid="to-register"
      >
        {t('entry.signIn.register')}
      </Link>
    </>
  );
}

/** A key stays with its account: only people join. */
function OnlyKey() {
  const { t } = useTranslation();
  return (
    <>
      <Note>{t('entry.invitation.onlyKey')}</Note>
      <SomebodyElse />
    </>
  );
}

function SomebodyElse() {
  const { t } = useTranslation();
  const { signOut } = useSession();
  const navigate = useNavigate();
  const task = useTask(async () => {
    const token = waitingInvitation();
    await signOut();
    keepInvitation(token);
    await navigate(wayIn('/sign-in', '/invitations'));
  });
  return (
    <>
      {task.error !== null && <Problem error={task.error} />}
      <Button variant="ghost" busy={task.busy} disabled={task.busy} onClick={() => task.run()}>
        {t('entry.invitation.somebodyElse')}
      </Button>
    </>
  );
}

function Join({ token }: { token: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const me = useMe();
  const [joined, setJoined] = useState<AccountResource | null>(null);
  const task = useTask(async () => {
    setJoined(await client.accounts.acceptInvitation(token));
    keepInvitation(null);
  });
  if (joined) return <Joined account={joined} />;
  return (
    <>
      {me.data?.email && <p>{t('entry.invitation.as', { email: me.data.email })}</p>}
      {task.error !== null && <Problem error={task.error} testId="join-error" />}
      <Button
        variant="primary"
        size="lg"
        icon={<Users aria-hidden />}
        busy={task.busy}
        disabled={task.busy}
        onClick={() => task.run()}
        data-testid="join"
      >
        {t('entry.invitation.join')}
      </Button>
      <SomebodyElse />
    </>
  );
}

function Joined({ account }: { account: AccountResource }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const activate = useActivate();
  const task = useTask(async () => {
    await activate(account.id);
    await navigate('/create', { replace: true });
  });
  return (
    <>
      <Note tone="good" testId="joined">
        <p>{t('entry.invitation.joined', { name: account.name })}</p>
      </Note>
      {task.error !== null && <Problem error={task.error} />}
      <Button
        variant="primary"
        size="lg"
        busy={task.busy}
        disabled={task.busy}
        onClick={() => task.run()}
        data-testid="work-there"
      >
        {t('entry.invitation.workThere', { name: account.name })}
      </Button>
      <Link to="/create" className={buttonClass('quiet', 'lg')}>
        {t('entry.invitation.stay')}
      </Link>
    </>
  );
}
