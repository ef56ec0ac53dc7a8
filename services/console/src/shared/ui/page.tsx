import type { ReactNode } from 'react';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
  readonly testId?: string;
}

/** A page of settings: its name, what it is for, and its matters beneath each other. */
export function Page({ title, lead, children, testId }: PageProps) {
  return (
    <div className={styles.page} data-testid={testId}>
      <header className={styles.head}>
        <h1>{title}</h1>
        <p>{lead}</p>
      </header>
      {children}
    </div>
  );
}
