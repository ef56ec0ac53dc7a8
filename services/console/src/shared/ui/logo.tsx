import styles from './logo.module.css';

/** The mark: two threads that cross, as on a loom. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" className={styles.mark} aria-hidden>
      <path d="M5 10.500c6 0 5 11 11 11s5-11 11-11" />
      <path
        d="M5 21.500c2.600 0 3.900-2.100 5-4.400M22 14.900c1 3.300 2.200 6.600 5 6.600"
        className={styles.under}
      />
    </svg>
  );
}

/** Mark and name. */
export function Wordmark() {
  return (
    <span className={styles.word}>
      <Mark />
      Shotloom
    </span>
  );
}
