import { useEffect, useRef, useState } from 'react';
import { Check, UserRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAccounts, useActivate } from '../shared/api/accounts';
import { useMe } from '../shared/api/queries';
import { IconButton } from '../shared/ui/button';
import { Problem } from '../shared/ui/problem';
import { useTask } from '../shared/ui/use-task';
import styles from './account-menu.module.css';

/** Who is signed in, and the account that they work in: another one is a click away. For sessions; a key belongs to one account. */
export function AccountMenu() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const leave = (event: Event) => {
      if (event.target instanceof Node && frame.current?.contains(event.target)) return;
      setOpen(false);
    };
    document.addEventListener('pointerdown', leave);
    document.addEventListener('focusin', leave);
    return () => {
      document.removeEventListener('pointerdown', leave);
      document.removeEventListener('focusin', leave);
    };
  }, [open]);
  return (
    <div
      ref={frame}
      className={styles.frame}
      onKeyDown={({ key }) => {
        if (key !== 'Escape' || !open) return;
        setOpen(false);
        frame.current?.querySelector('button')?.focus();
      }}
    >
      <IconButton
        label={t('header.account')}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        data-testid="account-menu"
      >
        <UserRound aria-hidden />
      </IconButton>
      {open && <Contents onClose={() => setOpen(false)} />}
    </div>
  );
}

function Contents({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const me = useMe().data;
  const accounts = useAccounts();
  const activate = useActivate();
  const task = useTask(async (id: string) => {
    await activate(id);
    onClose();
  });
  return (
    <div className={styles.menu} data-testid="account-menu-open">
      <Link to="/account" className={styles.person} onClick={onClose} data-testid="to-account">
        <strong>{me?.display_name || t('account.nav.profile')}</strong>
        <small>{me?.email}</small>
      </Link>
      <p className={styles.label}>{t('account.menu.switch')}</p>
      {accounts.isError && <Problem error={accounts.error} onRetry={() => void accounts.refetch()} />}
      {task.error !== null && <Problem error={task.error} />}
      <ul className={styles.accounts}>
        {accounts.data?.map(({ id, name, kind }) => (
          <li key={id}>
            <button
              type="button"
              aria-current={id === me?.account_id}
              disabled={task.busy}
              onClick={() => (id === me?.account_id ? onClose() : task.run(id))}
            >
              <span>
                <strong>{name}</strong>
                <small>{t(`account.menu.${kind}`)}</small>
              </span>
              {id === me?.account_id && <Check aria-hidden />}
            </button>
          </li>
        ))}
      </ul>
      <Link to="/people" className={styles.people} onClick={onClose}>
        {t('account.nav.people')}
      </Link>
    </div>
  );
}
