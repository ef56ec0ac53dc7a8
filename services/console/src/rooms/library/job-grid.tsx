import type { LiveJob } from '@shotloom/sdk';
import { ListEnd } from '../../shared/ui/list-end';
import { Skeleton } from '../../shared/ui/skeleton';
import { JobTile } from './job-tile';
import styles from './job-grid.module.css';

interface JobGridProps {
  /** Undefined while the first page is on its way. */
  readonly jobs: readonly LiveJob[] | undefined;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly onMore: () => void;
}

const PLACEHOLDERS = 8;

/** The tiles, and what comes after them. */
export function JobGrid({ jobs, hasMore, loadingMore, onMore }: JobGridProps) {
  return (
    <>
      <ul className={styles.grid} data-testid="library-grid" aria-busy={jobs === undefined}>
        {jobs?.map((job) => (
          <li key={job.id}>
            <JobTile job={job} />
          </li>
        ))}
        {(!jobs || loadingMore) &&
          Array.from({ length: PLACEHOLDERS }, (_, index) => (
            <li key={`placeholder-${index}`}>
              <Skeleton className={styles.placeholder} />
              <Skeleton className={styles.line} />
            </li>
          ))}
      </ul>
      {jobs && <ListEnd {...{ hasMore, loadingMore, onMore }} />}
    </>
  );
}
