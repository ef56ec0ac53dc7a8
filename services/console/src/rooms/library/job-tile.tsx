import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { isFinished, type LiveJob } from '@shotloom/sdk';
import { formatAgo } from '../../shared/i18n/format';
import { JobPicture } from '../../shared/jobs/job-picture';
import { JobProgress, JobStatusBadge, PhaseIcon } from '../../shared/jobs/job-status';
import { TileFace, tileClass } from '../../shared/ui/media-tile';
import { useAttention } from '../../shared/ui/use-attention';
import { useSeen } from '../../shared/ui/use-seen';
import styles from './job-tile.module.css';

/** One job in the grid: its poster, which moves under the pointer and the focus, or how it stands. */
export function JobTile({ job }: { job: LiveJob }) {
  const { t, i18n } = useTranslation();
  const { element, seen } = useSeen<HTMLAnchorElement>();
  const { attention, handlers } = useAttention();
  const prompt = job.prompt || t('job.noPrompt');
  const done = job.status === 'completed';
  return (
    <Link
      ref={element}
      to={`/library/${job.id}`}
      className={tileClass}
      aria-label={t('library.openJob', { prompt })}
      data-testid="library-item"
      data-job={job.id}
      data-status={job.status}
      {...handlers}
    >
      <TileFace
        picture={done ? <JobPicture job={job} wanted={seen} attention={attention} /> : <Standing job={job} />}
        length={done ? (job.output?.duration_seconds ?? job.duration) : undefined}
        title={prompt}
      >
        <JobStatusBadge job={job} />
        <span>{formatAgo(job.created_at, i18n.language)}</span>
      </TileFace>
    </Link>
  );
}

/** In place of the picture, before there is one. */
function Standing({ job }: { job: LiveJob }) {
  return (
    <>
      <span className={styles.state}>
        <PhaseIcon job={job} large />
        {job.error && <span className={styles.reason}>{job.error.message}</span>}
      </span>
      {!isFinished(job) && (
        <span className={styles.progress}>
          <JobProgress job={job} />
        </span>
      )}
    </>
  );
}
