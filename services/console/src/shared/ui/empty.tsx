import type { ReactNode } from 'react';
import styles from './empty.module.css';

export interface EmptyProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly testId?: string;
}

/** A place with nothing in it yet, and what to do about that. */
export function Empty({ icon, title, children, action, testId }: EmptyProps) {
  return (
    <div className={styles.empty} data-testid={testId}>
      <div className={styles.icon} aria-hidden>
        {icon}
      </div>
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  );
}
