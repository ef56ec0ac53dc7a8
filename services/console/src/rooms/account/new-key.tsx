import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreatedApiKey } from '@shotloom/sdk';
import { useMe } from '../../shared/api/queries';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { NumberField, SelectField, TextField } from '../../shared/ui/field';
import { Panel, panelStyles } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { fieldError, useTask } from '../../shared/ui/use-task';

const EXPIRIES = { never: null, d30: 30, d90: 90, d365: 365 } as const;
type Expiry = keyof typeof EXPIRIES;
const DAY_MS = 86_400_000;

/** What a new key may do, how long, and for how much. */
// eslint-disable-next-line max-lines-per-function -- one form, and nothing in it but its fields
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
    const days = EXPIRIES[expiry];
    onMade(
      await client.apiKeys.create({
        name: name.trim(),
        scopes,
        ...(days === null ? {} : { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() }),
        ...(limit === null ? {} : { monthly_credit_limit: limit }),
      }),
    );
  });
  return (
    <Panel title={t('account.keys.create')}>
      <form
        className={panelStyles.form}
        onSubmit={(event) => (event.preventDefault(), task.run())}
        noValidate
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
        <fieldset className={panelStyles.actions}>
          <legend className="visually-hidden">{t('account.keys.scopes')}</legend>
          {mine.map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                checked={!without.includes(scope)}
                onChange={({ target }) =>
                  setWithout(target.checked ? without.filter((one) => one !== scope) : [...without, scope])
                }
              />{' '}
              {t(`account.keys.scope.${scope}`)}
            </label>
          ))}
        </fieldset>
        <div className={panelStyles.pair}>
          <SelectField
            label={t('account.keys.expiry')}
            value={expiry}
            onChange={(value) => setExpiry(value as Expiry)}
          >
            {Object.keys(EXPIRIES).map((one) => (
              <option key={one} value={one}>
                {t(`account.keys.expiries.${one as Expiry}`)}
              </option>
            ))}
          </SelectField>
          <NumberField
            label={t('account.keys.limit')}
            value={limit}
            onChange={setLimit}
            hint={t('account.keys.limitHint')}
            error={fieldError(task.error, 'monthly_credit_limit')}
          />
        </div>
        {task.error !== null && <Problem error={task.error} testId="key-error" />}
        <div>
          <Button
            type="submit"
            variant="primary"
            busy={task.busy}
            disabled={task.busy || name.trim() === '' || scopes.length === 0}
            data-testid="key-create"
          >
            {t('account.keys.create')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
