import { useState } from 'react';
import { Mail } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useVisitor } from '../../shared/api/session';
import { languageOf } from '../../shared/i18n/i18n';
import { Entry } from '../../shared/ui/entry';
import { TextField } from '../../shared/ui/field';
import { fieldError, useTask } from '../../shared/ui/use-task';
import { EntryForm } from './entry-form';
import { SentMail } from './sent-mail';

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
  if (sent) return <SentMail kind="forgot" email={email.trim()} onBack={() => setSent(false)} />;
  return (
    <Entry
      title={t('entry.forgot.title')}
      lead={t('entry.forgot.lead')}
      testId="forgot-room"
      foot={<Link to="/sign-in">{t('entry.toSignIn')}</Link>}
    >
      <EntryForm task={task} label={t('entry.forgot.submit')} testId="forgot" icon={<Mail aria-hidden />}>
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
      </EntryForm>
    </Entry>
  );
}
