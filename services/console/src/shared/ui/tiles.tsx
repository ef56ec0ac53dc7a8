import type { ReactNode } from 'react';
import { Skeleton } from './skeleton';
import styles from './tiles.module.css';

interface TilesProps {
  /** List items; undefined while the first are on their way. */
  readonly children: ReactNode;
  /** More are coming: their shapes stand in for them. */
  readonly coming: boolean;
  /** Nothing is here yet. */
  readonly busy: boolean;
  readonly testId: string;
}

const PLACEHOLDERS = 8;

/** Things with a picture each, side by side. */
export function Tiles({ children, coming, busy, testId }: TilesProps) {
  return (
    <ul className={styles.grid} data-testid={testId} aria-busy={busy}>
      {children}
      {coming &&
        Array.from({ length: PLACEHOLDERS }, (_, index) => (
          <li key={`placeholder-${index}`}>
            <Skeleton className={styles.placeholder} />
            <Skeleton className={styles.line} />
          </li>
        ))}
    </ul>
  );
}
