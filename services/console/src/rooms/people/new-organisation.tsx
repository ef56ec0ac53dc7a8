import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActivate } from '../../shared/api/accounts';
import { useClient } from '../../shared/api/session';
import { TextField } from '../../shared/ui/field';
import { Panel, panelStyles } from '../../shared/ui/panel';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';

/** An organisation of one's own. Whoever makes one wants to fill it, so that the page goes on with it. */
export function NewOrganisation() {
  const { t } = useTranslation();
  const client = useClient();
  const activate = useActivate();
  const [name, setName] = useState('');
  const task = useTask(async () => {
    const { id } = await client.accounts.create(name.trim());
    setName('');
    await activate(id);
  });
  return (
    <Panel title={t('account.people.create')}>
      <TaskForm
        task={task}
        className={panelStyles.form}
        end={
          <div>
            <Submit task={task} incomplete={name.trim() === ''} data-testid="create-organisation">
              {t('account.people.createSubmit')}
            </Submit>
          </div>
        }
      >
        <TextField
          label={t('account.people.createName')}
          value={name}
          onChange={setName}
          maxLength={100}
          error={fieldError(task.error, 'name')}
          data-testid="organisation-name"
        />
      </TaskForm>
    </Panel>
  );
}
