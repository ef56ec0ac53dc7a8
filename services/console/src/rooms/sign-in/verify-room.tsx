import { useState } from 'react';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { waitingInvitation } from '../../shared/api/link-token';
import { useSession, useVisitor } from '../../shared/api/session';
import { PasswordField } from '../../shared/ui/field';
import { useTask } from '../../shared/ui/use-task';
import { EntryForm } from './entry-form';
import { LinkEntry } from './link-entry';

/** Where the link of a registration leads: with the password that was chosen it makes the account, and signs in. */
export function VerifyRoom() {
  return (
    <LinkEntry kind="verify" again="/sign-in/register">
      {(token) => <VerifyForm token={token} />}
    </LinkEntry>
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
  return (
    <EntryForm
      task={task}
      label={t(task.busy ? 'entry.verify.busy' : 'entry.verify.submit')}
      testId="verify"
      icon={<Check aria-hidden />}
    >
      <PasswordField
        label={t('entry.password')}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        autoFocus
        data-testid="password"
      />
    </EntryForm>
  );
}
