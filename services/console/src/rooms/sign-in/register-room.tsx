import { useState } from 'react';
import { ArrowRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router';
import { safeReturnPath, wayIn } from '../../shared/api/return-path';
import { useSession, useVisitor } from '../../shared/api/session';
import { languageOf } from '../../shared/i18n/i18n';
import { Entry } from '../../shared/ui/entry';
import { PasswordField, TextField } from '../../shared/ui/field';
import { Note } from '../../shared/ui/note';
import { Problem } from '../../shared/ui/problem';
import { Skeleton } from '../../shared/ui/skeleton';
import { fieldError, useTask } from '../../shared/ui/use-task';
import { EntryForm } from './entry-form';
import { SentMail } from './sent-mail';
import { useAuthMethods } from './use-auth-methods';
import styles from './sign-in.module.css';

/** Registration, where the installation allows it: an address and a password; the mail that follows makes the account. */
export function RegisterRoom() {
  const { t } = useTranslation();
  const { access } = useSession();
  const [query] = useSearchParams();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const back = safeReturnPath(query.get('return_to'));
  const methods = useAuthMethods();
  if (access) return <Navigate to={back} replace />;
  if (sentTo !== null) return <SentMail kind="register" email={sentTo} onBack={() => setSentTo(null)} />;
  const how = methods.data?.registration;
  return (
    <Entry
      title={t('entry.register.title')}
      lead={t(how === 'unverified' ? 'entry.register.leadAtOnce' : 'entry.register.lead')}
      testId="register-room"
      foot={<Link to={wayIn('/sign-in', back)}>{t('entry.register.haveOne')}</Link>}
    >
      {methods.isError && <Problem error={methods.error} onRetry={() => void methods.refetch()} />}
      {methods.isPending && <Skeleton className={styles.skeleton} />}
      {how === 'closed' && (
        <Note>
          <p>{t('entry.register.closed')}</p>
        </Note>
      )}
      {how !== undefined && how !== 'closed' && (
        <RegisterForm atOnce={how === 'unverified'} onSent={setSentTo} />
      )}
    </Entry>
  );
}

function RegisterForm({ atOnce, onSent }: { atOnce: boolean; onSent: (email: string) => void }) {
  const { t, i18n } = useTranslation();
  const visitor = useVisitor();
  const navigate = useNavigate();
  const { begin } = useSession();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const task = useTask(async () => {
    const to = email.trim();
    if (!to || !password) throw new Error(t('entry.signIn.empty'));
    const named = name.trim() === '' ? {} : { display_name: name.trim() };
    await visitor.auth.register({ email: to, password, language: languageOf(i18n.language), ...named });
    if (!atOnce) return onSent(to);
    // Somebody may have had the address before: then this is the wrong password, and said so.
    await visitor.auth.signIn(to, password);
    begin();
    await navigate('/create');
  });
  return (
    <EntryForm
      task={task}
      label={t(task.busy ? 'entry.register.busy' : 'entry.register.submit')}
      testId="register"
      icon={<ArrowRight aria-hidden />}
    >
      <TextField
        label={t('entry.register.name')}
        value={name}
        onChange={setName}
        maxLength={100}
        autoComplete="name"
        autoFocus
        error={fieldError(task.error, 'display_name')}
        data-testid="name"
      />
      <TextField
        label={t('entry.email')}
        type="email"
        value={email}
        onChange={setEmail}
        autoComplete="username"
        error={fieldError(task.error, 'email')}
        data-testid="email"
      />
      <PasswordField
        label={t('entry.password')}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        hint={t('entry.passwordHint')}
        error={fieldError(task.error, 'password')}
        data-testid="password"
      />
    </EntryForm>
  );
}
