import { useState } from 'react';
import { MailCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useVisitor } from '../../shared/api/session';
import { languageOf } from '../../shared/i18n/i18n';
import { Button } from '../../shared/ui/button';
import { Entry } from '../../shared/ui/entry';
import { Note } from '../../shared/ui/note';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

interface SentMailProps {
  readonly kind: 'register' | 'forgot';
  readonly email: string;
  readonly onBack: () => void;
}

/** A mail is on its way: what to do now, and how to get it again. It does not say whether the address is known. */
export function SentMail({ kind, email, onBack }: SentMailProps) {
  const { t, i18n } = useTranslation();
  const visitor = useVisitor();
  const [again, setAgain] = useState(false);
  const task = useTask(async () => {
    setAgain(false);
    const wanted = { email, language: languageOf(i18n.language) };
    await (kind === 'register'
      ? visitor.auth.resendVerification(wanted)
      : visitor.auth.forgotPassword(wanted));
    setAgain(true);
  });
  return (
    <Entry
      title={t(`entry.sent.${kind}.title`)}
      lead={t(`entry.sent.${kind}.lead`, { email })}
      testId="sent-mail"
      foot={<Link to="/sign-in">{t('entry.toSignIn')}</Link>}
    >
      {again && <Note tone="good">{t('entry.sent.again')}</Note>}
      {task.error !== null && <Problem error={task.error} />}
      <p>{t('entry.sent.nothing')}</p>
      <Button
        icon={<MailCheck aria-hidden />}
        busy={task.busy}
        disabled={task.busy}
        onClick={() => task.run()}
        data-testid="resend"
      >
        {t('entry.sent.resend')}
      </Button>
      <Button variant="ghost" onClick={onBack}>
        {t('entry.sent.otherAddress')}
      </Button>
    </Entry>
  );
}
