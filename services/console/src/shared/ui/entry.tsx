import type { ReactNode } from 'react';
import { cx } from './cx';
import styles from './entry.module.css';
import { Wordmark } from './logo';
import { PreferenceControls } from './preference-controls';
import { Threads } from './threads';

export interface EntryProps {
  readonly title: string;
  readonly lead: string;
  /** The first page that somebody sees is loud; those for a task are calm. */
  readonly look?: 'loud' | 'calm';
  readonly children: ReactNode;
  /** Other ways on, beneath. */
  readonly foot?: ReactNode;
  readonly testId?: string;
}

/** The frame of every room outside the shell: for those who are not in yet. */
export function Entry({ title, lead, look = 'calm', children, foot, testId }: EntryProps) {
  return (
    <div className={styles.page} data-testid={testId}>
      <Threads />
      <header className={styles.header}>
        <Wordmark />
        <div className={styles.preferences}>
          <PreferenceControls />
        </div>
      </header>
      <main className={cx(styles.main, look === 'calm' && styles.calm)}>
        <h1>{title}</h1>
        <p className={styles.lead}>{lead}</p>
        {look === 'calm' ? <div className={styles.body}>{children}</div> : children}
        {foot !== undefined && <div className={styles.foot}>{foot}</div>}
      </main>
    </div>
  );
}
