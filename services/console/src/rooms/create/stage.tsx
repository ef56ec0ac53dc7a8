import { useTranslation } from 'react-i18next';
import { ShotloomError, type JobResource } from '@shotloom/sdk';
import { useJob } from '../../shared/api/queries';
import type { Draft } from '../../shared/jobs/draft';
import { sourceKindOf } from '../../shared/jobs/draft';
import { Frame } from '../../shared/ui/frame';
import { Problem } from '../../shared/ui/problem';
import { Skeleton } from '../../shared/ui/skeleton';
import type { Choices } from './choices';
import { JobStage } from './job-stage';
import { RecentJobs } from './recent-jobs';
import type { SessionJob } from '../../shared/jobs/session-jobs';
import styles from './stage.module.css';

interface StageProps {
  readonly draft: Draft;
  readonly choices: Choices | null;
  readonly jobs: readonly SessionJob[];
  readonly shown: string | null;
  readonly onShow: (id: string | null) => void;
  readonly onForget: (id: string) => void;
  readonly onReuse: (job: JobResource) => void;
  readonly onRetried: (job: JobResource, thumb: string | null) => void;
}

/** The right side: one job large, the others of this session beneath. */
export function Stage({ draft, choices, jobs, shown, onShow, onForget, onReuse, onRetried }: StageProps) {
  const { t } = useTranslation();
  const current = jobs.find(({ id }) => id === shown);
  return (
    <div className={styles.stage}>
      {current ? (
        <ShownJob
          key={current.id}
          job={current}
          onForget={onForget}
          onReuse={onReuse}
          onRetried={onRetried}
        />
      ) : (
        <EmptyStage draft={draft} choices={choices} />
      )}
      {jobs.length > 0 && (
        <div className={styles.recent}>
          <h2>{t('create.stage.recent')}</h2>
          <RecentJobs jobs={jobs} shown={shown} onShow={onShow} />
        </div>
      )}
    </div>
  );
}

type ShownJobProps = Pick<StageProps, 'onForget' | 'onReuse' | 'onRetried'> & { readonly job: SessionJob };

function ShownJob({ job, onForget, onReuse, onRetried }: ShownJobProps) {
  const query = useJob(job.id);
  if (query.data)
    return (
      <JobStage
        job={query.data}
        thumb={job.thumb}
        onForget={onForget}
        onReuse={onReuse}
        onRetried={(made) => onRetried(made, job.thumb)}
      />
    );
  if (!query.isError) return <Skeleton className={styles.skeleton} />;
  const gone = query.error instanceof ShotloomError && query.error.code === 'not_found';
  return <Problem error={query.error} onRetry={() => (gone ? onForget(job.id) : void query.refetch())} />;
}

/** Before the first job: the frame in the shape that was chosen, and what to do. */
function EmptyStage({ draft, choices }: Pick<StageProps, 'draft' | 'choices'>) {
  const { t } = useTranslation();
  const kind = sourceKindOf(draft.operation);
  const thumb = kind ? draft[kind]?.thumb : null;
  const { width, height } = choices?.pixels ?? { width: 16, height: 9 };
  return (
    <div className={styles.empty} data-testid="stage-empty">
      <Frame width={width} height={height} backdrop={thumb ?? null}>
        <div className={styles.emptyWords}>
          <h2>{t('create.stage.emptyTitle')}</h2>
          <p>{t(`create.stage.empty.${draft.operation}`)}</p>
          {choices?.pixels && (
            <small>
              {width} × {height} · {t('common.seconds', { count: choices.duration })}
            </small>
          )}
        </div>
      </Frame>
    </div>
  );
}
