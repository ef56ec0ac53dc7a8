import { Coins, LogOut, UserRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMe } from '../shared/api/queries';
import { useSession } from '../shared/api/session';
import { IconButton, iconClass } from '../shared/ui/button';
import { useTask } from '../shared/ui/use-task';
import { Skeleton } from '../shared/ui/skeleton';
import { AccountMenu } from './account-menu';
import styles from './controls.module.css';

/** What the user can spend, and the way out. */
export function AccountControls() {
  const { t, i18n } = useTranslation();
  const { access, signOut } = useSession();
  const leaving = useTask(signOut);
  const credits = useMe().data?.credits;
  const held = credits && credits.held > 0 ? ` · ${t('header.held', { count: credits.held })}` : '';
  return (
    <>
      <Link to="/credits" className={styles.credits} title={t('header.credits') + held}>
        <Coins aria-hidden />
        <span className="visually-hidden">{t('header.credits')}</span>
        {credits ? (
          <span data-testid="credits">{credits.available.toLocaleString(i18n.language)}</span>
        ) : (
          <Skeleton className={styles.creditsSkeleton} />
        )}
      </Link>
      {access?.kind === 'session' ? (
        <AccountMenu />
      ) : (
        <Link
          to="/account"
          className={iconClass}
          aria-label={t('header.account')}
          title={t('header.account')}
          data-testid="to-account"
        >
          <UserRound aria-hidden />
        </Link>
      )}
      <IconButton
        label={leaving.error === null ? t('account.signOut') : t('errors.unreachable')}
        data-testid="sign-out"
        disabled={leaving.busy}
        onClick={() => leaving.run()}
      >
        <LogOut aria-hidden />
      </IconButton>
    </>
  );
}
