import { CircleCheck, CircleX, Clock3, LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { phaseOf, type JobPhase, type LiveJob } from '@shotloom/sdk';
import { cx } from '../ui/cx';
import styles from './job-status.module.css';

const ICONS = {
  waiting: Clock3,
  submitted: Clock3,
  running: LoaderCircle,
  done: CircleCheck,
  failed: CircleX,
} satisfies Record<JobPhase, unknown>;

/** A job that is being cancelled says so, whatever its state. */
export function statusKey(job: LiveJob): LiveJob['status'] | 'cancelling' {
  const cancelling = job.conditions.includes('cancelling') && phaseOf(job.status) !== 'done';
  return cancelling && phaseOf(job.status) !== 'failed' ? 'cancelling' : job.status;
}

/** Clock grey or blue, spinner orange, tick green, cross red. */
export function PhaseIcon({ job, large }: { job: LiveJob; large?: boolean }) {
  const phase = phaseOf(job.status);
  const Icon = ICONS[phase];
  return (
    <span className={cx(styles.icon, styles[phase], large && styles.large)} aria-hidden>
      <Icon />
    </span>
  );
}

/** Icon and word. */
export function JobStatusBadge({ job, testId }: { job: LiveJob; testId?: string }) {
  const { t } = useTranslation();
  return (
    <span
      className={cx(styles.badge, styles[phaseOf(job.status)])}
      data-testid={testId}
      data-status={job.status}
    >
      <PhaseIcon job={job} />
      {t(`job.status.${statusKey(job)}`)}
    </span>
  );
}

/** How far it is in words; an estimate says that it is one. */
export function useProgressWords(job: LiveJob): string {
  const { t } = useTranslation();
  const percent = `${Math.round(job.progress_percentage)}%`;
  return job.progress_estimated ? `${percent} · ${t('job.estimated')}` : percent;
}

/** How far it is; moves smoothly between the steps that the server tells. */
export function JobProgress({ job }: { job: LiveJob }) {
  const { t } = useTranslation();
  const words = useProgressWords(job);
  const percent = Math.round(job.progress_percentage);
  return (
    <span
      className={styles.track}
      role="progressbar"
      aria-label={t('job.progress')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={words}
      data-testid="job-progress"
    >
      <span className={cx(styles.bar, styles[phaseOf(job.status)])} style={{ '--share': percent / 100 }} />
    </span>
  );
}
