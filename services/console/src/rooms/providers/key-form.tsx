import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProviderConfig } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { PasswordField, SelectField } from '../../shared/ui/field';
import { panelStyles } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { fieldError, useTask } from '../../shared/ui/use-task';
import { changedFields, keyFieldsOf } from './key-fields';
import { useTakeConfig } from './provider-keys';

/** One's own key, field by field. What is kept is shown masked and stays where nothing else is typed. */
// eslint-disable-next-line max-lines-per-function -- one form, and nothing in it but its fields
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
    <form
      className={panelStyles.form}
      onSubmit={(event) => (event.preventDefault(), task.run())}
      noValidate
      autoComplete="off"
    >
      {keyFieldsOf(provider, Object.keys(kept)).map((name) => (
        <PasswordField
          key={name}
          label={name}
          value={typed[name] ?? ''}
          onChange={(value) => setTyped({ ...typed, [name]: value })}
          placeholder={kept[name]}
          hint={kept[name] === undefined ? undefined : t('account.providers.masked', { value: kept[name] })}
          autoComplete="off"
          error={fieldError(task.error, `fields.${name}`)}
          data-testid={`field-${name}`}
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
      {task.error !== null && <Problem error={task.error} testId="key-error" />}
      <div>
        <Button
          type="submit"
          variant="primary"
          busy={task.busy}
          disabled={task.busy || (own === null && fields === null)}
          data-testid="save-provider-key"
        >
          {t('account.providers.saveKey')}
        </Button>
      </div>
    </form>
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
