import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountResource } from '@shotloom/sdk';
import { useActivate, useLeave } from '../../shared/api/accounts';
import { Button } from '../../shared/ui/button';
import { Confirm, Panel, Row, Rows, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

interface YourAccountsProps {
  readonly accounts: readonly AccountResource[];
  readonly activeId: string;
}

/** Every account that one may work in: which it is now, another one, and the way out of an organisation. */
export function YourAccounts({ accounts, activeId }: YourAccountsProps) {
  const { t } = useTranslation();
  const activate = useActivate();
  const leave = useLeave();
  const [leaving, setLeaving] = useState<AccountResource | null>(null);
  const task = useTask(activate);
  return (
    <Panel title={t('account.people.yours')} testId="your-accounts">
      {task.error !== null && <Problem error={task.error} />}
      <Rows>
        {accounts.map((account) => (
          <AccountRow
            key={account.id}
            account={account}
            active={account.id === activeId}
            busy={task.busy}
            onWork={() => task.run(account.id)}
            onLeave={() => setLeaving(account)}
          />
        ))}
      </Rows>
      {leaving && (
        <Confirm
          title={t('account.people.leaveTitle', { name: leaving.name })}
          hint={t('account.people.leaveHint')}
          action={t('account.people.leave')}
          onConfirm={() => leave(leaving.id)}
          onClose={() => setLeaving(null)}
        />
      )}
    </Panel>
  );
}

interface AccountRowProps {
  readonly account: AccountResource;
  readonly active: boolean;
  readonly busy: boolean;
  readonly onWork: () => void;
  readonly onLeave: () => void;
}

function AccountRow({ account, active, busy, onWork, onLeave }: AccountRowProps) {
  const { t } = useTranslation();
  const { kind, monthly_credit_limit: limit } = account;
  return (
    <Row
      title={
        <>
          {account.name} {active && <Tag tone="good">{t('account.people.active')}</Tag>}
        </>
      }
      facts={[
        t(`account.menu.${kind}`),
        kind === 'organisation' && t(`account.people.role.${account.role}`),
        limit !== null && t('account.keys.limited', { count: limit }),
      ]}
      actions={
        <>
          {!active && (
            <Button size="sm" disabled={busy} onClick={onWork} data-testid="work-here">
              {t('account.people.work')}
            </Button>
          )}
          {kind === 'organisation' && (
            <Button size="sm" variant="danger" onClick={onLeave} data-testid="leave">
              {t('account.people.leave')}
            </Button>
          )}
        </>
      }
    />
  );
}
