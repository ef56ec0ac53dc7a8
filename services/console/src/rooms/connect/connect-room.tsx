import { useState, type FormEvent } from 'react';
import { ArrowRight, Eye, EyeOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import { safeReturnPath, wayIn } from '../../shared/api/return-path';
import { useSession } from '../../shared/api/session';
import { Button, IconButton } from '../../shared/ui/button';
import { Entry } from '../../shared/ui/entry';
import { Problem } from '../../shared/ui/problem';
import styles from './connect-room.module.css';

/** The way in for those who have an API key, which is checked before it is kept. */
export function ConnectRoom() {
  const { t } = useTranslation();
  const { access, expired, sessionsPossible } = useSession();
  const [query] = useSearchParams();
  const back = safeReturnPath(query.get('return_to'));
  if (access) return <Navigate to={back} replace />;
  return (
    <Entry
      look="loud"
      title={t('connect.title')}
      lead={t('connect.lead')}
      foot={sessionsPossible && <Link to={wayIn('/sign-in', back)}>{t('connect.signIn')}</Link>}
    >
      <KeyForm expired={expired} />
      <p className={styles.note}>
        {t('connect.where')} {t('connect.kept')}
      </p>
    </Entry>
  );
}

function KeyForm({ expired }: { expired: boolean }) {
  const { t } = useTranslation();
  const { connect } = useSession();
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
      await connect(key.trim());
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
          <IconButton label={t(shown ? 'common.hide' : 'common.show')} onClick={() => setShown(!shown)}>
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
