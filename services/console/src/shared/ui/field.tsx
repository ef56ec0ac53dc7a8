import { useId, useState, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from 'react';
import { Eye, EyeOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './button';
import { cx } from './cx';
import styles from './field.module.css';

interface Labelled {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with it, in words. */
  readonly error?: string | undefined;
  /** Beside the label: a link, or how much of it is left. */
  readonly aside?: ReactNode;
  readonly className?: string | undefined;
}

interface Ids {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
}

function Frame({
  label,
  hint,
  error,
  aside,
  className,
  children,
}: Labelled & { children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const described = error !== undefined || hint !== undefined ? `${id}-about` : undefined;
  return (
    <div className={cx(styles.field, className)}>
      <div className={styles.head}>
        <label htmlFor={id}>{label}</label>
        {aside}
      </div>
      <div className={styles.box}>
        {children({ id, 'aria-describedby': described, 'aria-invalid': error !== undefined })}
      </div>
      {described !== undefined && (
        <small id={described} className={error === undefined ? styles.hint : styles.error}>
          {error ?? hint}
        </small>
      )}
    </div>
  );
}

export type TextFieldProps = Labelled &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'className'> & {
    readonly onChange: (value: string) => void;
    readonly after?: ReactNode;
  };

/** A line to write into, with its label, and beneath what it wants or what is wrong with it. */
export function TextField({
  label,
  hint,
  error,
  aside,
  className,
  onChange,
  after,
  ...input
}: TextFieldProps) {
  return (
    <Frame {...{ label, hint, error, aside, className }}>
      {(ids) => (
        <>
          <input {...input} {...ids} onChange={(event) => onChange(event.target.value)} />
          {after}
        </>
      )}
    </Frame>
  );
}

/** A password, hidden until it is wanted to be seen. */
export function PasswordField(props: Omit<TextFieldProps, 'type' | 'after'>) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
      autoCapitalize="none"
      spellCheck={false}
      after={
        <IconButton
          label={t(shown ? 'common.hide' : 'common.show')}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </IconButton>
      }
    />
  );
}

export type SelectFieldProps = Labelled &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'className'> & {
    readonly onChange: (value: string) => void;
  };

/** One of a list. */
export function SelectField({
  label,
  hint,
  error,
  aside,
  className,
  onChange,
  children,
  ...select
}: SelectFieldProps) {
  return (
    <Frame {...{ label, hint, error, aside, className }}>
      {(ids) => (
        <select {...select} {...ids} onChange={(event) => onChange(event.target.value)}>
          {children}
        </select>
      )}
    </Frame>
  );
}

export type NumberFieldProps = Omit<TextFieldProps, 'value' | 'onChange' | 'inputMode'> & {
  /** Whole and not negative; null: the field is empty. */
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
};

/** A whole number, or none. Nothing but digits can be typed. */
export function NumberField({ value, onChange, ...rest }: NumberFieldProps) {
  return (
    <TextField
      {...rest}
      inputMode="numeric"
      value={value ?? ''}
      onChange={(typed) => {
        const digits = typed.replace(/\D/g, '').slice(0, 9);
        onChange(digits === '' ? null : Number(digits));
      }}
    />
  );
}
