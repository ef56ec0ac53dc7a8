import { Expand } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { isFinished, type JobResource, type LiveJob } from '@shotloom/sdk';
import { formatElapsed, formatSeconds } from '../../shared/i18n/format';
import {
  CancelButton,
  DeleteButton,
  DownloadLink,
  RetryButton,
  ReuseButton,
} from '../../shared/jobs/job-actions';
import { useModelTitle } from '../../shared/jobs/job-facts';
import { JobNews, JobNotes } from '../../shared/jobs/job-news';
import { JobPlayer } from '../../shared/jobs/job-player';
import {
  JobProgress,
  JobStatusBadge,
  PhaseIcon,
  statusKey,
  useProgressWords,
} from '../../shared/jobs/job-status';
import { buttonClass } from '../../shared/ui/button';
import { Frame } from '../../shared/ui/frame';
import { useNow } from '../../shared/ui/use-now';
import styles from './job-stage.module.css';

interface JobStageProps {
  readonly job: LiveJob;
  readonly thumb: string | null;
  readonly onForget: (id: string) => void;
  readonly onReuse: (job: JobResource) => void;
  readonly onRetried: (job: JobResource) => void;
}

/** One job, large and live: waiting, running, playing, or the reason why not. */
export function JobStage({ job, thumb, onForget, onReuse, onRetried }: JobStageProps) {
  const { t } = useTranslation();
  const failed = job.status === 'failed';
  const { width, height } = job.output ?? job;
  return (
    <article className={styles.card} data-testid="job-card" data-job={job.id} data-status={job.status}>
      <p className="visually-hidden" role="status">
        {t(`job.status.${statusKey(job)}`)}
      </p>
      <Frame
        width={width}
        height={height}
        backdrop={isFinished(job) ? null : thumb}
        tone={failed ? 'failed' : 'plain'}
      >
        {job.status === 'completed' ? <Finished job={job} /> : <OnTheWay job={job} />}
      </Frame>
      <div className={styles.foot}>
        <div className={styles.summary}>
          <p className={styles.prompt}>{job.prompt || t('job.noPrompt')}</p>
          <Summary job={job} />
          <JobNotes job={job} />
        </div>
        <div className={styles.actions}>
          <CancelButton job={job} />
          <DownloadLink job={job} primary />
          <RetryButton job={job} onRetried={onRetried} />
          <ReuseButton onReuse={() => onReuse(job)} />
          <Link to={`/library/${job.id}`} className={buttonClass('quiet', 'sm')}>
            <Expand aria-hidden />
            {t('job.actions.open')}
          </Link>
          {isFinished(job) && <DeleteButton job={job} onDeleted={() => onForget(job.id)} />}
        </div>
      </div>
    </article>
  );
}

function Finished({ job }: { job: LiveJob }) {
  const { t } = useTranslation();
  return (
    <div className={styles.player}>
      <JobPlayer job={job} autoPlay />
      {job.provider === 'animatic' && (
        <span className={styles.chip} title={job.output?.label ?? undefined} data-testid="label">
          {t('job.animatic')}
        </span>
      )}
    </div>
  );
}

/** Everything before the end, and the two ends without a video. */
function OnTheWay({ job }: { job: LiveJob }) {
  const { t } = useTranslation();
  const key = statusKey(job);
  const hint =
    job.status === 'processing' && key !== 'cancelling' && job.step ? job.step : t(`job.hint.${key}`);
  return (
    <div className={styles.way}>
      <PhaseIcon job={job} large />
      <h2>{t(`job.status.${key}`)}</h2>
      {job.status === 'failed' ? (
        <p className={styles.reason} data-testid="job-error">
          {job.error?.message ?? hint}
        </p>
      ) : (
        <p className={styles.hint}>{hint}</p>
      )}
      {job.status === 'failed' && job.error && <code className={styles.code}>{job.error.code}</code>}
      {!isFinished(job) && <Moving job={job} />}
      <JobNews job={job} />
    </div>
  );
}

function Moving({ job }: { job: LiveJob }) {
  const { t } = useTranslation();
  const now = useNow(true);
  const time = formatElapsed(now - Date.parse(job.created_at));
  const progress = useProgressWords(job);
  return (
    <div className={styles.moving}>
      <JobProgress job={job} />
      <div className={styles.numbers}>
        <span>{t('job.elapsed', { time })}</span>
        <span>{progress}</span>
      </div>
    </div>
  );
}

function Summary({ job }: { job: LiveJob }) {
  const { t, i18n } = useTranslation();
  const model = useModelTitle(job.model);
  const { output } = job;
  const facts = [
    model,
    `${output?.width ?? job.width} × ${output?.height ?? job.height}`,
    formatSeconds(output?.duration_seconds ?? job.duration, i18n.language),
    t('common.credits', { count: job.price.credits }),
  ];
  const took =
    job.status === 'completed' && job.finished_at
      ? t('job.took', { time: formatElapsed(Date.parse(job.finished_at) - Date.parse(job.created_at)) })
      : null;
  return (
    <p className={styles.facts} data-testid="job-summary">
      <JobStatusBadge job={job} testId="job-status" />
      {[...facts, took].filter(Boolean).map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </p>
  );
}
