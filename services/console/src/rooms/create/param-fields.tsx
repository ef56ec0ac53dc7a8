import { useTranslation } from 'react-i18next';
import type { Draft } from '../../shared/jobs/draft';
import type { Choices, ParamSpec } from './choices';
import styles from './param-fields.module.css';

type Value = Draft['params'][string];

interface ParamFieldsProps {
  readonly choices: Choices;
  readonly params: Draft['params'];
  readonly update: (change: Partial<Draft>) => void;
}

/** The model's own parameters, as its data describes them. */
export function ParamFields({ choices, params, update }: ParamFieldsProps) {
  const { t } = useTranslation();
  const entries = Object.entries(choices.model.params);
  if (entries.length === 0) return null;
  const change = (name: string, value: Value | undefined) => {
    const { [name]: _, ...others } = params;
    update({ params: value === undefined ? others : { ...others, [name]: value } });
  };
  return (
    <fieldset className={styles.fields} data-testid="params">
      <legend>{t('create.params.label')}</legend>
      {entries.map(([name, spec]) => (
        <label key={name} className={styles.field} title={spec.description}>
          <span>{spec.title ?? name}</span>
          <ParamInput
            name={name}
            spec={spec}
            value={choices.params[name]}
            onChange={(value) => change(name, value)}
          />
        </label>
      ))}
      {choices.objection !== null && (
        <p className={styles.objection} role="status" data-testid="objection">
          {choices.objection}
        </p>
      )}
    </fieldset>
  );
}

interface ParamInputProps {
  readonly name: string;
  readonly spec: ParamSpec;
  /** Undefined: the model's default. */
  readonly value: Value | undefined;
  readonly onChange: (value: Value | undefined) => void;
}

function ParamInput({ name, spec, value, onChange }: ParamInputProps) {
  const { t } = useTranslation();
  const shown = value ?? spec.default;
  const testId = `param-${name}`;
  switch (spec.type) {
    case 'boolean':
      return (
        <input
          type="checkbox"
          role="switch"
          checked={shown === true}
          onChange={(event) => onChange(event.target.checked)}
          data-testid={testId}
        />
      );
    case 'enum':
      return (
        <select
          value={shown === null ? '' : String(shown)}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
          data-testid={testId}
        >
          {spec.default === null && <option value="">{t('create.params.unset')}</option>}
          {spec.values.map((word) => (
            <option key={word}>{word}</option>
          ))}
        </select>
      );
    case 'integer':
    case 'number':
      return (
        <input
          type="number"
          min={spec.min}
          max={spec.max}
          step={spec.type === 'integer' ? 1 : 'any'}
          value={shown === null ? '' : Number(shown)}
          placeholder={t('create.params.unset')}
          onChange={({ target }) =>
            onChange(Number.isNaN(target.valueAsNumber) ? undefined : target.valueAsNumber)
          }
          data-testid={testId}
        />
      );
    case 'string':
      return (
        <input
          maxLength={spec.max_length}
          value={shown === null ? '' : String(shown)}
          placeholder={t('create.params.unset')}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
          data-testid={testId}
        />
      );
  }
}
