import { useState } from 'react';
import { Film } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import type { JobStatus } from '@shotloom/sdk';
import { useJobPages } from '../../shared/api/queries';
import { Button, buttonClass } from '../../shared/ui/button';
import { Choice } from '../../shared/ui/choice';
import { Empty } from '../../shared/ui/empty';
import { Problem } from '../../shared/ui/problem';
import { Room } from '../../shared/ui/room';
import { JobDetail } from './job-detail';
import { JobGrid } from './job-grid';

const FILTERS = ['all', 'running', 'completed', 'failed'] as const;
type Filter = (typeof FILTERS)[number];

const STATUSES: Record<Filter, readonly JobStatus[]> = {
  all: [],
  running: ['queued', 'submitted', 'processing', 'storing'],
  completed: ['completed'],
  failed: ['failed', 'cancelled'],
};

/** Library: all jobs of the user, newest first, one of them in a dialog when its address says so. */
export function LibraryRoom() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>('all');
  const { jobId } = useParams();
  const navigate = useNavigate();
  return (
    <Room
      title={t('library.title')}
      lead={t('library.lead')}
      aside={
        <Choice
          label={t('library.filter.label')}
          hideLabel
          look="chips"
          options={FILTERS.map((value) => ({ value, label: t(`library.filter.${value}`) }))}
          value={filter}
          onChange={setFilter}
          testId="filter"
        />
      }
    >
      <Jobs filter={filter} onShowAll={() => setFilter('all')} />
      {jobId && <JobDetail key={jobId} id={jobId} onClose={() => void navigate('/library')} />}
    </Room>
  );
}

function Jobs({ filter, onShowAll }: { filter: Filter; onShowAll: () => void }) {
  const pages = useJobPages(STATUSES[filter]);
  if (pages.isError) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />;
  const jobs = pages.data?.pages.flatMap((page) => page.data);
  if (jobs?.length === 0) return <NothingHere filter={filter} onShowAll={onShowAll} />;
  return (
    <JobGrid
      jobs={jobs}
      hasMore={pages.hasNextPage}
      loadingMore={pages.isFetchingNextPage}
      onMore={() => void pages.fetchNextPage()}
    />
  );
}

function NothingHere({ filter, onShowAll }: { filter: Filter; onShowAll: () => void }) {
  const { t } = useTranslation();
  const filtered = filter !== 'all';
  const action = filtered ? (
    <Button onClick={onShowAll}>{t('library.showAll')}</Button>
  ) : (
    <Link to="/create" className={buttonClass('primary', 'md')}>
      {t('library.emptyAction')}
    </Link>
  );
  return (
    <Empty icon={<Film />} title={t('library.emptyTitle')} action={action} testId="library-empty">
      {t(filtered ? 'library.emptyFiltered' : 'library.empty')}
    </Empty>
  );
}
