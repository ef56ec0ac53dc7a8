import type { ReactNode } from 'react';
import { cx } from './cx';
import styles from './frame.module.css';

export interface FrameProps {
  readonly width: number;
  readonly height: number;
  /** A picture behind what is in the frame, dimmed. */
  readonly backdrop?: string | null;
  readonly tone?: 'plain' | 'failed';
  readonly children: ReactNode;
}

/** A screen in the shape of the video, as large as the room allows. */
export function Frame({ width, height, backdrop, tone = 'plain', children }: FrameProps) {
  return (
    <div className={cx(styles.frame, styles[tone])} style={{ '--w': width, '--h': height }}>
      {backdrop && <img src={backdrop} alt="" className={styles.backdrop} />}
      <div className={styles.content}>{children}</div>
    </div>
  );
}
