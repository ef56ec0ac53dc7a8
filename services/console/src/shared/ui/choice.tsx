import { useId, type ReactNode } from 'react';
import { cx } from './cx';
import styles from './choice.module.css';

export interface Option<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
  readonly disabled?: boolean;
  /** Says more on hover. */
  readonly title?: string;
}

export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  /** `segments` share one bar; `chips` stand alone and wrap; `tabs` fill the width. */
  readonly look?: 'segments' | 'chips' | 'tabs';
  readonly hideLabel?: boolean;
  readonly testId?: string;
}

/** One of a few. Real radio buttons beneath, so that arrow keys and screen readers know what it is. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  const { label, options, value, onChange, look = 'segments', hideLabel, testId } = props;
  const name = useId();
  return (
    <fieldset className={styles.field} data-testid={testId}>
      <legend className={hideLabel ? 'visually-hidden' : styles.legend}>{label}</legend>
      <div className={cx(styles.options, styles[look])}>
        {options.map((option) => (
          <label key={option.value} className={styles.option} title={option.title}>
            <input
              className={styles.input}
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              disabled={option.disabled}
              onChange={() => onChange(option.value)}
              data-testid={testId && `${testId}-${option.value}`}
            />
            <span className={styles.face}>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
