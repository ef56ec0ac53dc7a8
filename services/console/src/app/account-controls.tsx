import { Coins, LogOut } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../shared/api/queries';
import { useSession } from '../shared/api/session';
import { IconButton } from '../shared/ui/button';
import { Skeleton } from '../shared/ui/skeleton';
import styles from './controls.module.css';

/** What the user can spend, and the way out. */
export function AccountControls() {
  const { t, i18n } = useTranslation();
  const { signOut } = useSession();
  const credits = useMe().data?.credits;
  const held = credits && credits.held > 0 ? ` · ${t('header.held', { count: credits.held })}` : '';
  return (
    <>
      <span className={styles.credits} title={t('header.credits') + held}>
        <Coins aria-hidden />
        <span className="visually-hidden">{t('header.credits')}</span>
        {credits ? (
          <span data-testid="credits">{credits.available.toLocaleString(i18n.language)}</span>
        ) : (
          <Skeleton className={styles.creditsSkeleton} />
        )}
      </span>
      <IconButton label={t('header.signOut')} data-testid="sign-out" onClick={signOut}>
        <LogOut aria-hidden />
      </IconButton>
    </>
  );
}
