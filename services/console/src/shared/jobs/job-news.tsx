import { useTranslation } from 'react-i18next';
import { isFinished, type LiveJob } from '@shotloom/sdk';
import { formatElapsed } from '../i18n/format';
import styles from './job-news.module.css';

/** Where a waiting job stands, and what else is true of one that has not ended. Nothing where there is no news. */
export function JobNews({ job }: { job: LiveJob }) {
  const { t } = useTranslation();
  if (isFinished(job)) return null;
  // The state itself says that a job is being cancelled.
  const conditions = job.conditions.filter((name) => name !== 'cancelling');
  const queue = job.status === 'queued' ? job.queue : null;
  if (!queue && conditions.length === 0) return null;
  return (
    <div className={styles.news}>
      {queue && (
        <p className={styles.queue} data-testid="job-queue">
          <span>
            {queue.position === 0 ? t('job.queue.next') : t('job.queue.ahead', { count: queue.position })}
          </span>
          {queue.eta_seconds !== null && (
            <span>{t('job.queue.eta', { time: formatElapsed(queue.eta_seconds * 1000) })}</span>
          )}
        </p>
      )}
      {conditions.map((name) => (
        <p key={name} className={styles.condition} data-testid="job-condition" data-condition={name}>
          {t(`job.condition.${name}`)}
        </p>
      ))}
    </div>
  );
}

/** What was changed or left out to fit the engine, and which model was fallen back to; in the server's words. */
export function JobNotes({ job }: { job: LiveJob }) {
  const { t } = useTranslation();
  if (job.notes.length === 0) return null;
  return (
    <ul className={styles.notes} aria-label={t('job.notes')} data-testid="job-notes">
      {job.notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
