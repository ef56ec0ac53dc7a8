import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { isFinished, type LiveJob } from '@shotloom/sdk';
import { useJob } from '../../shared/api/queries';
import { reuseJob } from '../../shared/jobs/draft';
import {
  CancelButton,
  DeleteButton,
  DownloadLink,
  RetryButton,
  ReuseButton,
} from '../../shared/jobs/job-actions';
import { JobFacts } from '../../shared/jobs/job-facts';
import { JobNews, JobNotes } from '../../shared/jobs/job-news';
import { JobPlayer } from '../../shared/jobs/job-player';
import { ShareButton } from '../../shared/jobs/share-button';
import {
  JobProgress,
  JobStatusBadge,
  PhaseIcon,
  statusKey,
  useProgressWords,
} from '../../shared/jobs/job-status';
import { Frame } from '../../shared/ui/frame';
import { Modal } from '../../shared/ui/modal';
import { Problem } from '../../shared/ui/problem';
import { Skeleton } from '../../shared/ui/skeleton';
import styles from './job-detail.module.css';

/** One job with everything about it. */
export function JobDetail({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useJob(id);
  return (
    <Modal title={t('library.detail')} onClose={onClose} wide testId="job-detail">
      {query.data && <Detail job={query.data} onClose={onClose} />}
      {query.isPending && <Skeleton className={styles.skeleton} />}
      {query.isError && !query.data && <Problem error={query.error} onRetry={() => void query.refetch()} />}
    </Modal>
  );
}

function Detail({ job, onClose }: { job: LiveJob; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { width, height } = job.output ?? job;
  const reuse = () => {
    reuseJob(job);
    void navigate('/create');
  };
  return (
    <div className={styles.detail}>
      <div className={styles.screen}>
        <Frame width={width} height={height} tone={job.status === 'failed' ? 'failed' : 'plain'}>
          {job.status === 'completed' ? <JobPlayer job={job} /> : <Standing job={job} />}
        </Frame>
      </div>
      <div className={styles.side}>
        <JobStatusBadge job={job} testId="detail-status" />
        <p className={styles.prompt}>{job.prompt || t('job.noPrompt')}</p>
        <JobNotes job={job} />
        <JobFacts job={job} />
        <div className={styles.actions}>
          <DownloadLink job={job} primary />
          <ShareButton job={job} />
          <CancelButton job={job} />
          <RetryButton job={job} onRetried={(made) => void navigate(`/library/${made.id}`)} />
          <ReuseButton onReuse={reuse} />
          <DeleteButton job={job} onDeleted={onClose} />
        </div>
      </div>
    </div>
  );
}

function Standing({ job }: { job: LiveJob }) {
  const { t } = useTranslation();
  const key = statusKey(job);
  const progress = useProgressWords(job);
  return (
    <div className={styles.standing}>
      <PhaseIcon job={job} large />
      <p>
        {job.error?.message ?? (job.status === 'processing' && job.step ? job.step : t(`job.hint.${key}`))}
      </p>
      {!isFinished(job) && (
        <>
          <JobProgress job={job} />
          <p>{progress}</p>
        </>
      )}
      <JobNews job={job} />
    </div>
  );
}
