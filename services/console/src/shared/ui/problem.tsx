import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ShotloomError } from '@shotloom/sdk';
import { Button } from './button';
import styles from './problem.module.css';

export interface ProblemProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly testId?: string;
}

/** What went wrong, in the server's own words, field by field, with the reference that finds it in the logs. */
export function Problem({ error, onRetry, testId }: ProblemProps) {
  const { t } = useTranslation();
  const known = error instanceof ShotloomError ? error : null;
  const words = error instanceof Error ? error.message : t('errors.load');
  const message = known?.code === 'network_error' ? t('errors.unreachable') : words;
  // A single field's reason often is the whole message; said once is enough.
  const fields = known?.fields.filter(({ reason }) => reason !== message) ?? [];
  return (
    <div className={styles.problem} role="alert" data-testid={testId}>
      <TriangleAlert aria-hidden />
      <div className={styles.words}>
        <p>{message}</p>
        {fields.length > 0 && (
          <ul>
            {fields.map(({ field, reason }) => (
              <li key={field + reason}>
                <code>{field}</code> {reason}
              </li>
            ))}
          </ul>
        )}
        {known?.errorId && <small>{t('common.reference', { id: known.errorId })}</small>}
      </div>
      {onRetry && (
        <Button size="sm" onClick={onRetry}>
          {t('common.retry')}
        </Button>
      )}
    </div>
  );
}
