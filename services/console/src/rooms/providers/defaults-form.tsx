import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProviderConfig, ProviderSettings } from '@shotloom/sdk';
import { useModels } from '../../shared/api/queries';
import { useClient } from '../../shared/api/session';
import { NumberField, SelectField } from '../../shared/ui/field';
import { Note } from '../../shared/ui/note';
import { Nothing, panelStyles } from '../../shared/ui/panel';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';
import { useTakeConfig } from './provider-keys';

type Name = keyof ProviderSettings;
const NUMBERS = [
  ['variants', 'variants', 1, 5],
  ['max_concurrent', 'concurrent', 1, 5],
  ['poll_interval', 'poll', 5, 600],
] as const;

/** The sizes and ratios of the model that is chosen; of all of the provider's where none is. */
function useOffers(provider: string, modelId: string | undefined) {
  const models = (useModels().data ?? []).filter(({ id }) => id.startsWith(`${provider}:`));
  const chosen = models.find(({ id }) => id === modelId);
  const offering = chosen ? [chosen] : models;
  return {
    models,
    // The route takes classes of lines; sizes in pixels are asked for with the video.
    sizes: [...new Set(offering.flatMap(({ sizes }) => Object.keys(sizes)))].filter((size) =>
      /^\d{3,4}P$/i.test(size),
    ),
    ratios: [...new Set(offering.flatMap((model) => model.aspect_ratios))],
  };
}

/** The defaults as they are being changed, and the saving of them. */
function useDefaults({ provider, settings: kept }: ProviderConfig) {
  const client = useClient();
  const take = useTakeConfig();
  const [settings, setSettings] = useState(kept);
  const [saved, setSaved] = useState(false);
  const task = useTask(async () => {
    setSaved(false);
    await take(await client.providers.saveConfig(provider, { settings }));
    setSaved(true);
  });
  const set = (name: Name, value: string | number | null) => {
    setSaved(false);
    setSettings(({ [name]: _, ...others }) => (value === null ? others : { ...others, [name]: value }));
  };
  return { settings, set, saved, task };
}

/** What the provider is given where a request leaves it open. */
export function DefaultsForm({ config }: { config: ProviderConfig }) {
  const { t } = useTranslation();
  const { settings, set, saved, task } = useDefaults(config);
  const { models, sizes, ratios } = useOffers(config.provider, settings.model);
  const select = (name: 'model' | 'size' | 'aspect_ratio', label: string, options: [string, string][]) => (
    <DefaultSelect
      label={label}
      options={options}
      value={settings[name]}
      onChange={(value) => set(name, value)}
      error={fieldError(task.error, `settings.${name}`)}
    />
  );
  const itself = (value: string): [string, string] => [value, value];
  return (
    <TaskForm
      task={task}
      className={panelStyles.form}
      end={
        <>
          {saved && <Note tone="good">{t('common.saved')}</Note>}
          <div>
            <Submit task={task} data-testid="save-defaults">
              {t('common.save')}
            </Submit>
          </div>
        </>
      }
    >
      <div>
        <h3>{t('account.providers.defaults')}</h3>
        <Nothing>{t('account.providers.defaultsHint')}</Nothing>
      </div>
      {select(
        'model',
        t('account.providers.model'),
        models.map(({ id, title }) => [id, title]),
      )}
      <div className={panelStyles.pair}>
        {select('size', t('account.providers.size'), sizes.map(itself))}
        {select('aspect_ratio', t('account.providers.ratio'), ratios.map(itself))}
        {NUMBERS.map(([name, word, min, max]) => (
          <NumberField
            key={name}
            label={t(`account.providers.${word}`)}
            hint={`${min}–${max}`}
            value={settings[name] ?? null}
            onChange={(value) => set(name, value)}
            placeholder={t('account.providers.unset')}
            error={fieldError(task.error, `settings.${name}`)}
          />
        ))}
      </div>
    </TaskForm>
  );
}

interface DefaultSelectProps {
  readonly label: string;
  readonly options: [string, string][];
  readonly value: string | undefined;
  readonly onChange: (value: string | null) => void;
  readonly error: string | undefined;
}

function DefaultSelect({ label, options, value, onChange, error }: DefaultSelectProps) {
  const { t } = useTranslation();
  return (
    <SelectField
      label={label}
      value={value ?? ''}
      onChange={(chosen) => onChange(chosen === '' ? null : chosen)}
      error={error}
    >
      <option value="">{t('account.providers.unset')}</option>
      {withKept(options, value).map(([id, words]) => (
        <option key={id} value={id}>
          {words}
        </option>
      ))}
    </SelectField>
  );
}

/** What was chosen stays to be seen, also where the chosen model does not offer it. */
function withKept(options: [string, string][], kept: string | undefined): [string, string][] {
  if (kept === undefined || options.some(([value]) => value === kept)) return options;
  return [...options, [kept, kept]];
}
