import { useState, type FormEvent } from 'react';
import { Mail } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useVisitor } from '../../shared/api/session';
import { languageOf } from '../../shared/i18n/i18n';
import { Button } from '../../shared/ui/button';
import { Entry } from '../../shared/ui/entry';
import { TextField } from '../../shared/ui/field';
import { Problem } from '../../shared/ui/problem';
import { fieldError, useTask } from '../../shared/ui/use-task';
import { SentMail } from './sent-mail';
import styles from './sign-in.module.css';

/** Asks for a link to choose a new password. */
export function ForgotRoom() {
  const { t, i18n } = useTranslation();
  const visitor = useVisitor();
  const [email, setEmail] = useState('');
  const [sent, setSent] = useState(false);
  const task = useTask(async () => {
    if (!email.trim()) throw new Error(t('entry.forgot.empty'));
    await visitor.auth.forgotPassword({ email: email.trim(), language: languageOf(i18n.language) });
    setSent(true);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    task.run();
  };
  if (sent) return <SentMail kind="forgot" email={email.trim()} onBack={() => setSent(false)} />;
  return (
    <Entry
      title={t('entry.forgot.title')}
      lead={t('entry.forgot.lead')}
      testId="forgot-room"
      foot={<Link to="/sign-in">{t('entry.toSignIn')}</Link>}
    >
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextField
          label={t('entry.email')}
          type="email"
          value={email}
          onChange={setEmail}
          autoComplete="username"
          autoFocus
          error={fieldError(task.error, 'email')}
          data-testid="email"
        />
        {task.error !== null && <Problem error={task.error} />}
        <Button
          variant="primary"
          size="lg"
          type="submit"
          busy={task.busy}
          disabled={task.busy}
          icon={<Mail aria-hidden />}
          data-testid="forgot"
        >
          {t('entry.forgot.submit')}
        </Button>
      </form>
    </Entry>
  );
}
