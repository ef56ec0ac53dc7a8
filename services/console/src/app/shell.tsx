import { Clapperboard, Images, LibraryBig, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Navigate, NavLink, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { LiveProvider } from '../shared/api/live';
import { useIsOperator } from '../shared/api/moderation';
import { wayIn } from '../shared/api/return-path';
import { useSession } from '../shared/api/session';
import { cx } from '../shared/ui/cx';
import { Wordmark } from '../shared/ui/logo';
import { AccountControls } from './account-controls';
import { ConnectionIndicator } from './connection-indicator';
import { PreferenceControls } from '../shared/ui/preference-controls';
import styles from './shell.module.css';

const ROOMS = [
  { to: '/create', icon: Clapperboard, name: 'nav.create' },
  { to: '/library', icon: LibraryBig, name: 'nav.library' },
  { to: '/gallery', icon: Images, name: 'nav.gallery' },
] as const;
/** For operators alone. */
const MODERATION = { to: '/moderation', icon: ShieldCheck, name: 'nav.moderation' } as const;

/** The frame around every room: header, navigation, and the live feed. Who is not signed in is led to sign in, and back. */
export function Shell() {
  const { access } = useSession();
  const { t } = useTranslation();
  const { pathname, search, hash } = useLocation();
  if (!access) return <Navigate to={wayIn('/sign-in', `${pathname}${search}${hash}`)} replace />;
  return (
    <LiveProvider>
      <a className={styles.skip} href="#room">
        {t('common.skip')}
      </a>
      <header className={styles.header}>
        <NavLink to="/create" className={cx(styles.home)} aria-label="Shotloom">
          <Wordmark />
        </NavLink>
        <Rooms />
        <div className={styles.controls}>
          <ConnectionIndicator />
          <PreferenceControls />
          <AccountControls />
        </div>
      </header>
      <main id="room" className={styles.room} tabIndex={-1}>
        <Outlet />
      </main>
      <ScrollRestoration />
    </LiveProvider>
  );
}

function Rooms() {
  const { t } = useTranslation();
  const rooms = useIsOperator() ? [...ROOMS, MODERATION] : ROOMS;
  return (
    <nav className={styles.nav} aria-label={t('nav.label')}>
      {rooms.map(({ to, icon: Icon, name }) => (
        <NavLink key={to} to={to} className={cx(styles.link)} data-testid={name.replace('.', '-')}>
          <Icon aria-hidden />
          {t(name)}
        </NavLink>
      ))}
    </nav>
  );
}
