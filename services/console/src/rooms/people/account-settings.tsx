import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AccountResource } from '@shotloom/sdk';
import { accountKeys } from '../../shared/api/accounts';
import { useClient } from '../../shared/api/session';
import { NumberField, TextField } from '../../shared/ui/field';
import { Note } from '../../shared/ui/note';
import { Panel, panelStyles } from '../../shared/ui/panel';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';

/** The name of the account, and when its owners hear that credits run out. */
export function AccountSettings({ account }: { account: AccountResource }) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const [name, setName] = useState(account.name);
  const [alert, setAlert] = useState(account.low_balance_alert_credits);
  const [saved, setSaved] = useState(false);
  const task = useTask(async () => {
    setSaved(false);
    await client.accounts.change(account.id, { name: name.trim(), low_balance_alert_credits: alert });
    await cache.invalidateQueries({ queryKey: accountKeys.all });
    setSaved(true);
  });
  return (
    <Panel title={t('account.people.settings')}>
      <TaskForm
        task={task}
        className={panelStyles.form}
        end={
          <>
            {saved && <Note tone="good">{t('common.saved')}</Note>}
            <div>
              <Submit task={task} incomplete={name.trim() === ''}>
                {t('common.save')}
              </Submit>
            </div>
          </>
        }
      >
        <TextField
          label={t('account.people.name')}
          value={name}
          onChange={setName}
          maxLength={100}
          error={fieldError(task.error, 'name')}
        />
        <NumberField
          label={t('account.people.alert')}
          hint={t('account.people.alertHint')}
          value={alert}
          onChange={setAlert}
          error={fieldError(task.error, 'low_balance_alert_credits')}
        />
      </TaskForm>
    </Panel>
  );
}
