import { CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx';
import styles from './note.module.css';

const ICONS = { plain: Info, good: CircleCheck, warn: TriangleAlert };

export interface NoteProps {
  readonly tone?: keyof typeof ICONS;
  readonly children: ReactNode;
  readonly testId?: string;
}

/** Something to know: news, a success, a warning. It is announced when it appears. */
export function Note({ tone = 'plain', children, testId }: NoteProps) {
  const Icon = ICONS[tone];
  return (
    <div className={cx(styles.note, styles[tone])} role="status" data-testid={testId}>
      <Icon aria-hidden />
      <div className={styles.words}>{children}</div>
    </div>
  );
}
