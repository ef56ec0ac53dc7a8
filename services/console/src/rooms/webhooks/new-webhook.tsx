import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WebhookWithSecret } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { SelectField, TextField } from '../../shared/ui/field';
import { Panel, panelStyles } from '../../shared/ui/panel';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';

/** What people want to be told of; the API takes any list of types. */
const SETS = {
  job: ['job.*'],
  ends: ['job.completed', 'job.failed', 'job.cancelled'],
  all: ['*'],
};
type EventSet = keyof typeof SETS;

export function NewWebhook({ onMade }: { onMade: (webhook: WebhookWithSecret) => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [events, setEvents] = useState<EventSet>('job');
  const task = useTask(async () => {
    const body = { url: url.trim(), description: description.trim(), event_types: SETS[events] };
    onMade(await client.webhooks.create(body));
    setUrl('');
    setDescription('');
  });
  return (
    <Panel title={t('webhooks.create')}>
      <TaskForm
        task={task}
        className={panelStyles.form}
        errorTestId="webhook-error"
        end={
          <div>
            <Submit variant="primary" task={task} incomplete={url.trim() === ''} data-testid="webhook-create">
              {t('webhooks.create')}
            </Submit>
          </div>
        }
      >
        <TextField
          label={t('webhooks.url')}
          value={url}
          onChange={setUrl}
          maxLength={2_000}
          placeholder="https://"
          hint={t('webhooks.urlHint')}
          error={fieldError(task.error, 'url')}
          data-testid="webhook-url"
        />
        <div className={panelStyles.pair}>
          <TextField
            label={t('webhooks.description')}
            value={description}
            onChange={setDescription}
            maxLength={500}
            placeholder={t('webhooks.descriptionPlaceholder')}
            error={fieldError(task.error, 'description')}
          />
          <EventsField value={events} onChange={setEvents} />
        </div>
      </TaskForm>
    </Panel>
  );
}

function EventsField({ value, onChange }: { value: EventSet; onChange: (value: EventSet) => void }) {
  const { t } = useTranslation();
  return (
    <SelectField
      label={t('webhooks.events')}
      value={value}
      onChange={(chosen) => onChange(chosen as EventSet)}
      data-testid="webhook-events"
    >
      {Object.keys(SETS).map((one) => (
        <option key={one} value={one}>
          {t(`webhooks.sets.${one as EventSet}`)}
        </option>
      ))}
    </SelectField>
  );
}
