import { cx } from './cx';
import styles from './skeleton.module.css';

/** The shape of what is coming, so that nothing jumps when it is there. */
export function Skeleton({ className }: { className?: string | undefined }) {
  return <span className={cx(styles.skeleton, className)} aria-hidden />;
}
