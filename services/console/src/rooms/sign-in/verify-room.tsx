import { useState, type FormEvent } from 'react';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { useLinkToken, waitingInvitation } from '../../shared/api/link-token';
import { useSession, useVisitor } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Entry } from '../../shared/ui/entry';
import { PasswordField } from '../../shared/ui/field';
import { Note } from '../../shared/ui/note';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';
import styles from './sign-in.module.css';

/** Where the link of a registration leads: with the password that was chosen it makes the account, and signs in. */
export function VerifyRoom() {
  const { t } = useTranslation();
  const token = useLinkToken();
  return (
    <Entry
      title={t('entry.verify.title')}
      lead={t('entry.verify.lead')}
      testId="verify-room"
      foot={
        <>
          <Link to="/sign-in/register">{t('entry.verify.again')}</Link>
          <Link to="/sign-in">{t('entry.toSignIn')}</Link>
        </>
      }
    >
      {token === null ? <Note tone="warn">{t('entry.noToken')}</Note> : <VerifyForm token={token} />}
    </Entry>
  );
}

function VerifyForm({ token }: { token: string }) {
  const { t } = useTranslation();
  const visitor = useVisitor();
  const navigate = useNavigate();
  const { begin } = useSession();
  const [password, setPassword] = useState('');
  const task = useTask(async () => {
    if (!password) throw new Error(t('entry.verify.empty'));
    await visitor.auth.verify(token, password);
    begin();
    await navigate(waitingInvitation() === null ? '/create' : '/invitations', { replace: true });
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    task.run();
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <PasswordField
        label={t('entry.password')}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        autoFocus
        data-testid="password"
      />
      {task.error !== null && <Problem error={task.error} testId="verify-error" />}
      <Button
        variant="primary"
        size="lg"
        type="submit"
        busy={task.busy}
        disabled={task.busy}
        icon={<Check aria-hidden />}
        data-testid="verify"
      >
        {t(task.busy ? 'entry.verify.busy' : 'entry.verify.submit')}
      </Button>
    </form>
  );
}
