import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveJob } from '@shotloom/sdk';
import { Button } from '../../shared/ui/button';
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

/** The tiles; the next page comes as the end comes near, and by a button for those who do not scroll. */
export function JobGrid({ jobs, hasMore, loadingMore, onMore }: JobGridProps) {
  const { t } = useTranslation();
  const end = useNear(hasMore && !loadingMore, onMore);
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
      {jobs && (
        <div ref={end} className={styles.end}>
          {hasMore ? (
            <Button onClick={onMore} busy={loadingMore} disabled={loadingMore} data-testid="load-more">
              {t(loadingMore ? 'common.loading' : 'library.more')}
            </Button>
          ) : (
            <span>{t('library.end')}</span>
          )}
        </div>
      )}
    </>
  );
}

/** Calls back when the element comes near the visible part of the page. */
function useNear(active: boolean, onNear: () => void) {
  const element = useRef<HTMLDivElement>(null);
  const call = useRef(onNear);
  useEffect(() => {
    call.current = onNear;
  });
  useEffect(() => {
    if (!active || !element.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) call.current();
      },
      { rootMargin: '600px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [active]);
  return element;
}
