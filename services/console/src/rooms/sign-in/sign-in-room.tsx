import { useState } from 'react';
import { ArrowRight, ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import type { AuthMethods } from '@shotloom/sdk';
import { noteAway } from '../../shared/api/access';
import { safeReturnPath, wayIn } from '../../shared/api/return-path';
import { useSession, useVisitor } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Entry } from '../../shared/ui/entry';
import { PasswordField, TextField } from '../../shared/ui/field';
import { Note } from '../../shared/ui/note';
import { Problem } from '../../shared/ui/problem';
import { Skeleton } from '../../shared/ui/skeleton';
import { useTask } from '../../shared/ui/use-task';
import { EntryForm } from './entry-form';
import { useAuthMethods } from './use-auth-methods';
import styles from './sign-in.module.css';

/** Why an issuer's sign-in failed, as the gateway tells it in the address. */
const RETURN_ERRORS = [
  'expired',
  'refused',
  'failed',
  'email_unverified',
  'account_unverified',
  'not_linkable',
  'registration_closed',
  'disabled',
] as const;

/** The way in for people: by password, or by whichever issuers the installation trusts. */
export function SignInRoom() {
  const { t } = useTranslation();
  const { access, sessionsPossible } = useSession();
  const [query] = useSearchParams();
  const back = safeReturnPath(query.get('return_to'));
  const methods = useAuthMethods();
  if (access) return <Navigate to={back} replace />;
  const { data } = methods;
  const nobodyCan = data !== undefined && !data.password && data.issuers.length === 0;
  if (!sessionsPossible || nobodyCan) return <Navigate to={wayIn('/connect', back)} replace />;
  const register = data !== undefined && data.registration !== 'closed';
  return (
    <Entry
      title={t('entry.signIn.title')}
      lead={t('entry.signIn.lead')}
      testId="sign-in-room"
      foot={
        <>
          {register && <Link to={wayIn('/sign-in/register', back)}>{t('entry.signIn.register')}</Link>}
          <Link to={wayIn('/connect', back)} data-testid="to-connect">
            {t('entry.signIn.byKey')}
          </Link>
        </>
      }
    >
      <Why code={query.get('error')} reset={query.get('reset') !== null} />
      {methods.isError && <Problem error={methods.error} onRetry={() => void methods.refetch()} />}
      {methods.isPending && <Skeleton className={styles.skeleton} />}
      {data && <Ways methods={data} back={back} />}
    </Entry>
  );
}

/** What happened before somebody came here. */
function Why({ code, reset }: { code: string | null; reset: boolean }) {
  const { t } = useTranslation();
  const { expired } = useSession();
  if (code !== null) {
    const known = RETURN_ERRORS.find((one) => one === code) ?? 'failed';
    return (
      <Note tone="warn" testId="return-error">
        <p>{t(`entry.returned.${known}`)}</p>
      </Note>
    );
  }
  if (reset) return <Note tone="good">{t('entry.reset.done')}</Note>;
  return expired ? <Note>{t('entry.signIn.expired')}</Note> : null;
}

function Ways({ methods, back }: { methods: AuthMethods; back: string }) {
  const { t } = useTranslation();
  const visitor = useVisitor();
  return (
    <>
      {methods.password && <PasswordForm reset={methods.password_reset} />}
      {methods.password && methods.issuers.length > 0 && <p className={styles.or}>{t('entry.signIn.or')}</p>}
      {methods.issuers.length > 0 && (
        <div className={styles.issuers}>
          {methods.issuers.map(({ name, title, start_url: start }) => (
            <Button
              key={name}
              size="lg"
              className={styles.wide}
              icon={<ExternalLink aria-hidden />}
              data-testid={`issuer-${name}`}
              onClick={() => {
                noteAway();
                window.location.assign(visitor.auth.issuerUrl(start, back));
              }}
            >
              {t('entry.signIn.issuer', { name: title })}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}

function PasswordForm({ reset }: { reset: boolean }) {
  const { t } = useTranslation();
  const visitor = useVisitor();
  const { begin } = useSession();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const task = useTask(async () => {
    if (!email.trim() || !password) throw new Error(t('entry.signIn.empty'));
    await visitor.auth.signIn(email.trim(), password);
    begin();
  });
  return (
    <EntryForm
      task={task}
      label={t(task.busy ? 'entry.signIn.busy' : 'entry.signIn.submit')}
      testId="sign-in"
      icon={<ArrowRight aria-hidden />}
    >
      <TextField
        label={t('entry.email')}
        type="email"
        value={email}
        onChange={setEmail}
        autoComplete="username"
        autoFocus
        data-testid="email"
      />
      <PasswordField
        label={t('entry.password')}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        aside={reset && <Link to="/sign-in/forgot">{t('entry.signIn.forgot')}</Link>}
        data-testid="password"
      />
    </EntryForm>
  );
}
