import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button';
import styles from './list-end.module.css';

export interface ListEndProps {
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly onMore: () => void;
}

/** The end of a list of pages: the next comes as the end comes near, and by a button for those who do not scroll. */
export function ListEnd({ hasMore, loadingMore, onMore }: ListEndProps) {
  const { t } = useTranslation();
  const end = useNear(hasMore && !loadingMore, onMore);
  return (
    <div ref={end} className={styles.end}>
      {hasMore ? (
        <Button onClick={onMore} busy={loadingMore} disabled={loadingMore} data-testid="load-more">
          {t(loadingMore ? 'common.loading' : 'common.loadMore')}
        </Button>
      ) : (
        <span>{t('common.end')}</span>
      )}
    </div>
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
