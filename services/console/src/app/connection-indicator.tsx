import { useTranslation } from 'react-i18next';
import { useConnection } from '../shared/api/live';
import styles from './controls.module.css';

/** A dot and a word: how changes arrive right now. */
export function ConnectionIndicator() {
  const { t } = useTranslation();
  const connection = useConnection();
  return (
    <span
      className={styles.connection}
      role="status"
      title={t(`connection.hint.${connection}`)}
      data-testid="connection"
      data-state={connection}
    >
      <span className={styles.dot} aria-hidden />
      <span className={styles.connectionWord}>{t(`connection.${connection}`)}</span>
    </span>
  );
}
