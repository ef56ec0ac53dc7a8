import { useEffect, useRef } from 'react';
import {
  Coins,
  CreditCard,
  KeyRound,
  MonitorSmartphone,
  Plug,
  UserRound,
  Users,
  Webhook,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';
import styles from './settings-frame.module.css';

/** Every page about the account. */
const SETTINGS = [
  { to: '/account', icon: UserRound, name: 'account.nav.profile' },
  { to: '/account/sessions', icon: MonitorSmartphone, name: 'account.nav.sessions' },
  { to: '/account/keys', icon: KeyRound, name: 'account.nav.keys' },
  { to: '/account/webhooks', icon: Webhook, name: 'account.nav.webhooks' },
  { to: '/people', icon: Users, name: 'account.nav.people' },
  { to: '/providers', icon: Plug, name: 'account.nav.providers' },
  { to: '/credits', icon: Coins, name: 'account.nav.credits' },
  { to: '/billing', icon: CreditCard, name: 'account.nav.billing' },
] as const;

/** The pages about the account, beside their names; on a phone the names are above, in one line. */
export function SettingsFrame() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const line = nav.current;
    const here = line?.querySelector<HTMLElement>('[aria-current="page"]');
    if (line && here) line.scrollLeft = here.offsetLeft - line.clientWidth / 2 + here.clientWidth / 2;
  }, [pathname]);
  return (
    <div className={styles.frame}>
      <nav ref={nav} className={styles.nav} aria-label={t('account.nav.label')}>
        {SETTINGS.map(({ to, icon: Icon, name }) => (
          <NavLink
            key={to}
            to={to}
            end
            className={styles.link ?? ''}
            data-testid={`nav-${to.split('/').at(-1) ?? ''}`}
          >
            <Icon aria-hidden />
            {t(name)}
          </NavLink>
        ))}
      </nav>
      <Outlet />
    </div>
  );
}
