import { useTranslation } from 'react-i18next';
import { isFinished } from '@shotloom/sdk';
import { useJob } from '../../shared/api/queries';
import { JobPicture } from '../../shared/jobs/job-picture';
import { JobProgress, JobStatusBadge } from '../../shared/jobs/job-status';
import { cx } from '../../shared/ui/cx';
import { Skeleton } from '../../shared/ui/skeleton';
import { useAttention } from '../../shared/ui/use-attention';
import type { SessionJob } from '../../shared/jobs/session-jobs';
import styles from './recent-jobs.module.css';

interface RecentJobsProps {
  readonly jobs: readonly SessionJob[];
  readonly shown: string | null;
  readonly onShow: (id: string) => void;
}

/** The jobs of this tab, small; a click brings one onto the stage. */
export function RecentJobs({ jobs, shown, onShow }: RecentJobsProps) {
  return (
    <ul className={styles.list} data-testid="recent-jobs">
      {jobs.map((job) => (
        <li key={job.id}>
          <RecentJob job={job} current={job.id === shown} onShow={onShow} />
        </li>
      ))}
    </ul>
  );
}

function RecentJob({
  job,
  current,
  onShow,
}: {
  job: SessionJob;
  current: boolean;
  onShow: (id: string) => void;
}) {
  const { t } = useTranslation();
  const { data } = useJob(job.id);
  const { attention, handlers } = useAttention();
  return (
    <button
      type="button"
      className={cx(styles.item, current && styles.current)}
      aria-current={current || undefined}
      onClick={() => onShow(job.id)}
      {...handlers}
    >
      <span className={styles.picture}>
        {job.thumb && <img src={job.thumb} alt="" />}
        {data?.status === 'completed' && <JobPicture job={data} wanted attention={attention} />}
      </span>
      {data ? (
        <span className={styles.words}>
          <span className={styles.prompt}>{data.prompt || t('job.noPrompt')}</span>
          <JobStatusBadge job={data} />
          {!isFinished(data) && <JobProgress job={data} />}
        </span>
      ) : (
        <Skeleton className={styles.skeleton} />
      )}
    </button>
  );
}
