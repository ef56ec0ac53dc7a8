import { useState, type FormEvent } from 'react';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { useLinkToken } from '../../shared/api/link-token';
import { useSession, useVisitor } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Entry } from '../../shared/ui/entry';
import { PasswordField } from '../../shared/ui/field';
import { Note } from '../../shared/ui/note';
import { Problem } from '../../shared/ui/problem';
import { fieldError, useTask } from '../../shared/ui/use-task';
import styles from './sign-in.module.css';

/** Where the link of a forgotten password leads. A new one ends every session, this browser's too. */
export function ResetRoom() {
  const { t } = useTranslation();
  const token = useLinkToken();
  return (
    <Entry
      title={t('entry.reset.title')}
      lead={t('entry.reset.lead')}
      testId="reset-room"
      foot={
        <>
          <Link to="/sign-in/forgot">{t('entry.reset.again')}</Link>
          <Link to="/sign-in">{t('entry.toSignIn')}</Link>
        </>
      }
    >
      {token === null ? <Note tone="warn">{t('entry.noToken')}</Note> : <ResetForm token={token} />}
    </Entry>
  );
}

function ResetForm({ token }: { token: string }) {
  const { t } = useTranslation();
  const visitor = useVisitor();
  const navigate = useNavigate();
  const { access, signOut } = useSession();
  const [password, setPassword] = useState('');
  const task = useTask(async () => {
    if (!password) throw new Error(t('entry.reset.empty'));
    await visitor.auth.resetPassword(token, password);
    if (access?.kind === 'session') await signOut();
    await navigate('/sign-in?reset', { replace: true });
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    task.run();
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <PasswordField
        label={t('entry.reset.password')}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        autoFocus
        hint={t('entry.passwordHint')}
        error={fieldError(task.error, 'password')}
        data-testid="password"
      />
      {task.error !== null && <Problem error={task.error} testId="reset-error" />}
      <Button
        variant="primary"
        size="lg"
        type="submit"
        busy={task.busy}
        disabled={task.busy}
        icon={<Check aria-hidden />}
        data-testid="reset"
      >
        {t('entry.reset.submit')}
      </Button>
    </form>
  );
}
