import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProviderConfig } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { PasswordField, SelectField } from '../../shared/ui/field';
import { panelStyles } from '../../shared/ui/panel';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';
import { changedFields, keyFieldsOf } from './key-fields';
import { useTakeConfig } from './provider-keys';

/** One's own key, field by field. What is kept is shown masked and stays where nothing else is typed. */
export function KeyForm({ config }: { config: ProviderConfig }) {
  const { t } = useTranslation();
  const client = useClient();
  const take = useTakeConfig();
  const { provider, own_key: own, allowed_base_urls: urls } = config;
  const kept = own?.fields ?? {};
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [baseUrl, setBaseUrl] = useState(own?.base_url ?? '');
  const [enabled, setEnabled] = useState(own?.enabled ?? true);
  const fields = changedFields(typed, kept);
  const task = useTask(async () => {
    const body = { ...(fields ? { fields } : {}), base_url: baseUrl === '' ? null : baseUrl, enabled };
    await take(await client.providers.saveConfig(provider, body));
  });
  const choices = [...new Set([...(own?.base_url ? [own.base_url] : []), ...urls])];
  return (
    <TaskForm
      task={task}
      className={panelStyles.form}
      autoComplete="off"
      errorTestId="key-error"
      end={
        <div>
          <Submit
            variant="primary"
            task={task}
            incomplete={own === null && fields === null}
            data-testid="save-provider-key"
          >
            {t('account.providers.saveKey')}
          </Submit>
        </div>
      }
    >
      {keyFieldsOf(provider, Object.keys(kept)).map((name) => (
        <KeyField
          key={name}
          name={name}
          kept={kept[name]}
          value={typed[name] ?? ''}
          onChange={(value) => setTyped({ ...typed, [name]: value })}
          error={fieldError(task.error, `fields.${name}`)}
        />
      ))}
      {choices.length > 0 && (
        <BaseUrl
          urls={choices}
          value={baseUrl}
          onChange={setBaseUrl}
          error={fieldError(task.error, 'base_url')}
        />
      )}
      <label>
        <input type="checkbox" checked={enabled} onChange={({ target }) => setEnabled(target.checked)} />{' '}
        {t('account.providers.enabled')}
      </label>
    </TaskForm>
  );
}

interface KeyFieldProps {
  readonly name: string;
  /** What is there already, masked. */
  readonly kept: string | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
}

function KeyField({ name, kept, ...field }: KeyFieldProps) {
  const { t } = useTranslation();
  return (
    <PasswordField
      label={name}
      {...field}
      placeholder={kept}
      hint={kept === undefined ? undefined : t('account.providers.masked', { value: kept })}
      autoComplete="off"
      data-testid={`field-${name}`}
    />
  );
}

interface BaseUrlProps {
  readonly urls: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
}

/** Where the key belongs: the provider's own address, or one that the operator allows. */
function BaseUrl({ urls, ...field }: BaseUrlProps) {
  const { t } = useTranslation();
  return (
    <SelectField label={t('account.providers.baseUrl')} {...field}>
      <option value="">{t('account.providers.baseUrlOwn')}</option>
      {urls.map((url) => (
        <option key={url}>{url}</option>
      ))}
    </SelectField>
  );
}
