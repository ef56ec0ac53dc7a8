import { useState } from 'react';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useSession, useVisitor } from '../../shared/api/session';
import { PasswordField } from '../../shared/ui/field';
import { fieldError, useTask } from '../../shared/ui/use-task';
import { EntryForm } from './entry-form';
import { LinkEntry } from './link-entry';

/** Where the link of a forgotten password leads. A new one ends every session, this browser's too. */
export function ResetRoom() {
  return (
    <LinkEntry kind="reset" again="/sign-in/forgot">
      {(token) => <ResetForm token={token} />}
    </LinkEntry>
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
  return (
    <EntryForm task={task} label={t('entry.reset.submit')} testId="reset" icon={<Check aria-hidden />}>
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
    </EntryForm>
  );
}
