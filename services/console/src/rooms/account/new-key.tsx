import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreatedApiKey, MeResource } from '@shotloom/sdk';
import { useMe } from '../../shared/api/queries';
import { useClient } from '../../shared/api/session';
import { NumberField, SelectField, TextField } from '../../shared/ui/field';
import { Panel, panelStyles } from '../../shared/ui/panel';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';

const EXPIRIES = { never: null, d30: 30, d90: 90, d365: 365 } as const;
type Expiry = keyof typeof EXPIRIES;
type Scope = MeResource['scopes'][number];
const DAY_MS = 86_400_000;

function endOf(expiry: Expiry): { expires_at?: string } {
  const days = EXPIRIES[expiry];
  return days === null ? {} : { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() };
}

/** What a new key may do, how long, and for how much. */
export function NewKey({ onMade }: { onMade: (key: CreatedApiKey) => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const mine = useMe().data?.scopes ?? [];
  const [name, setName] = useState('');
  const [without, setWithout] = useState<readonly string[]>(['admin']);
  const [expiry, setExpiry] = useState<Expiry>('never');
  const [limit, setLimit] = useState<number | null>(null);
  const scopes = mine.filter((scope) => !without.includes(scope));
  const task = useTask(async () => {
    const terms = { ...endOf(expiry), ...(limit === null ? {} : { monthly_credit_limit: limit }) };
    onMade(await client.apiKeys.create({ name: name.trim(), scopes, ...terms }));
    setName('');
  });
  return (
    <Panel title={t('account.keys.create')}>
      <TaskForm
        task={task}
        className={panelStyles.form}
        errorTestId="key-error"
        end={
          <div>
            <Submit
              variant="primary"
              task={task}
              incomplete={name.trim() === '' || scopes.length === 0}
              data-testid="key-create"
            >
              {t('account.keys.create')}
            </Submit>
          </div>
        }
      >
        <TextField
          label={t('account.keys.name')}
          value={name}
          onChange={setName}
          maxLength={100}
          placeholder={t('account.keys.namePlaceholder')}
          error={fieldError(task.error, 'name')}
          data-testid="key-name"
        />
        <ScopeFields mine={mine} without={without} onChange={setWithout} />
        <div className={panelStyles.pair}>
          <ExpiryField value={expiry} onChange={setExpiry} />
          <NumberField
            label={t('account.keys.limit')}
            value={limit}
            onChange={setLimit}
            hint={t('account.keys.limitHint')}
            error={fieldError(task.error, 'monthly_credit_limit')}
          />
        </div>
      </TaskForm>
    </Panel>
  );
}

interface ScopeFieldsProps {
  readonly mine: readonly Scope[];
  readonly without: readonly string[];
  readonly onChange: (without: readonly string[]) => void;
}

/** A key may do no more than who makes it. */
function ScopeFields({ mine, without, onChange }: ScopeFieldsProps) {
  const { t } = useTranslation();
  return (
    <fieldset className={panelStyles.actions}>
      <legend className="visually-hidden">{t('account.keys.scopes')}</legend>
      {mine.map((scope) => (
        <label key={scope}>
          <input
            type="checkbox"
            checked={!without.includes(scope)}
            onChange={({ target }) =>
              onChange(target.checked ? without.filter((one) => one !== scope) : [...without, scope])
            }
          />{' '}
          {t(`account.keys.scope.${scope}`)}
        </label>
      ))}
    </fieldset>
  );
}

function ExpiryField({ value, onChange }: { value: Expiry; onChange: (value: Expiry) => void }) {
  const { t } = useTranslation();
  return (
    <SelectField
      label={t('account.keys.expiry')}
      value={value}
      onChange={(chosen) => onChange(chosen as Expiry)}
    >
      {Object.keys(EXPIRIES).map((one) => (
        <option key={one} value={one}>
          {t(`account.keys.expiries.${one as Expiry}`)}
        </option>
      ))}
    </SelectField>
  );
}
