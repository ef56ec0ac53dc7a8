import { useState, type FormEvent } from 'react';
import { ArrowRight, Eye, EyeOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { useSession } from '../../shared/api/session';
import { Button, IconButton } from '../../shared/ui/button';
import { Wordmark } from '../../shared/ui/logo';
import { PreferenceControls } from '../../shared/ui/preference-controls';
import { Problem } from '../../shared/ui/problem';
import { Threads } from './threads';
import styles from './connect-room.module.css';

/** Where the user was going before the key was asked for. */
function destination(state: unknown): string {
  const from = typeof state === 'object' && state !== null && 'from' in state ? state.from : null;
  return typeof from === 'string' && from !== '/connect' ? from : '/create';
}

/** The way in: an API key, checked before it is kept. */
export function ConnectRoom() {
  const { t } = useTranslation();
  const { apiKey, expired } = useSession();
  const state: unknown = useLocation().state;
  if (apiKey) return <Navigate to={destination(state)} replace />;
  return (
    <div className={styles.page}>
      <Threads />
      <header className={styles.header}>
        <Wordmark />
        <div className={styles.preferences}>
          <PreferenceControls />
        </div>
      </header>
      <main className={styles.main}>
        <h1>{t('connect.title')}</h1>
        <p className={styles.lead}>{t('connect.lead')}</p>
        <KeyForm expired={expired} />
        <p className={styles.note}>
          {t('connect.where')} {t('connect.kept')}
        </p>
      </main>
    </div>
  );
}

function KeyForm({ expired }: { expired: boolean }) {
  const { t } = useTranslation();
  const { signIn } = useSession();
  const [key, setKey] = useState('');
  const [shown, setShown] = useState(false);
  const [checking, setChecking] = useState(false);
  const [error, setError] = useState<unknown>(expired ? new Error(t('connect.expired')) : null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!key.trim()) return setError(new Error(t('connect.empty')));
    setChecking(true);
    setError(null);
    try {
      await signIn(key.trim());
    } catch (refusal) {
      setError(refusal);
      setChecking(false);
    }
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
      <label htmlFor="key">{t('connect.key')}</label>
      <div className={styles.row}>
        <div className={styles.input}>
          <input
            id="key"
            type={shown ? 'text' : 'password'}
            value={key}
            onChange={(event) => setKey(event.target.value)}
            placeholder={t('connect.placeholder')}
            autoComplete="off"
            spellCheck={false}
            autoFocus
            data-testid="api-key"
          />
          <IconButton label={t(shown ? 'connect.hide' : 'connect.show')} onClick={() => setShown(!shown)}>
            {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
          </IconButton>
        </div>
        <Button
          variant="primary"
          size="lg"
          type="submit"
          busy={checking}
          disabled={checking}
          icon={<ArrowRight aria-hidden />}
          data-testid="connect"
        >
          {t(checking ? 'connect.checking' : 'connect.submit')}
        </Button>
      </div>
      {error !== null && <Problem error={error} testId="connect-error" />}
    </form>
  );
}
