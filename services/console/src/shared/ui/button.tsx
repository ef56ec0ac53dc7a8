import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { LoaderCircle } from 'lucide-react';
import { cx } from './cx';
import styles from './button.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly variant?: 'primary' | 'quiet' | 'ghost' | 'danger';
  readonly size?: 'sm' | 'md' | 'lg';
  readonly icon?: ReactNode;
  /** Shows a spinner; the words beside it should say what is being done. */
  readonly busy?: boolean;
}

/** A button with words. */
export function Button({
  variant = 'quiet',
  size = 'md',
  icon,
  busy,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={buttonClass(variant, size, className)}
      aria-busy={busy || undefined}
    >
      {busy ? <LoaderCircle className={styles.spin} aria-hidden /> : icon}
      <span>{children}</span>
    </button>
  );
}

/** The look of a button, for links. */
export function buttonClass(
  variant: NonNullable<ButtonProps['variant']>,
  size: NonNullable<ButtonProps['size']>,
  more?: string,
): string {
  return cx(styles.button, styles[variant], styles[size], more);
}

/** The look of a button that is only an icon, for links. */
export const iconClass: string = cx(styles.icon);

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it does, for those who cannot see the icon. */
  readonly label: string;
}

/** A button that is only an icon. */
export function IconButton({ label, className, children, ...rest }: IconButtonProps) {
  return (
    <button type="button" {...rest} aria-label={label} title={label} className={cx(styles.icon, className)}>
      {children}
    </button>
  );
}
