import { useEffect, useRef, useState } from 'react';
import { CircleCheck } from 'lucide-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ModerationItemResource } from '@shotloom/sdk';
import { galleryKeys } from '../../shared/api/gallery';
import {
  moderationKeys,
  useModeration,
  type ModerationKind,
  type ModerationState,
} from '../../shared/api/moderation';
import { Empty } from '../../shared/ui/empty';
import { ListEnd } from '../../shared/ui/list-end';
import { Note } from '../../shared/ui/note';
import { RowsComing } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { DecideDialog, type Decision } from './decide-dialog';
import { ModerationItem } from './moderation-item';
import styles from './moderation-list.module.css';

interface Asked {
  readonly item: ModerationItemResource;
  readonly decision: Decision;
}

/** What is before an operator, oldest first. After a word the focus is at the head of the list, where the next one comes. */
export function ModerationList({ kind, state }: { kind: ModerationKind; state: ModerationState }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const pages = useModeration(kind, state);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [last, setLast] = useState<{ readonly decision: Decision } | null>(null);
  const head = useRef<HTMLDivElement>(null);
  const items = pages.data?.pages.flatMap((page) => page.data);
  const decided = async (decision: Decision) => {
    await cache.invalidateQueries({ queryKey: moderationKeys.all });
    void cache.invalidateQueries({ queryKey: galleryKeys.lists });
    setLast({ decision });
    setAsked(null);
  };
  // The button that opened the dialog went with its item.
  useEffect(() => {
    if (last) head.current?.focus();
  }, [last]);
  return (
    <div ref={head} tabIndex={-1} className={styles.place} data-testid="moderation-list">
      {last && (
        <Note tone="good" testId="moderation-decided">
          {t(`moderation.done.${last.decision}`)}
        </Note>
      )}
      {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <RowsComing count={4} />}
      {items?.length === 0 && <NothingHere state={state} />}
      <ul className={styles.items}>
        {items?.map((item) => (
          <ModerationItem key={item.id} item={item} onAsk={(decision) => setAsked({ item, decision })} />
        ))}
      </ul>
      {items && items.length > 0 && (
        <ListEnd
          hasMore={pages.hasNextPage}
          loadingMore={pages.isFetchingNextPage}
          onMore={() => void pages.fetchNextPage()}
        />
      )}
      {asked && (
        <DecideDialog {...asked} onDecided={() => decided(asked.decision)} onClose={() => setAsked(null)} />
      )}
    </div>
  );
}

function NothingHere({ state }: { state: ModerationState }) {
  const { t } = useTranslation();
  return (
    <Empty icon={<CircleCheck />} title={t(`moderation.empty.${state}`)} testId="moderation-empty">
      {t(state === 'open' ? 'moderation.emptyOpen' : 'moderation.emptyOther')}
    </Empty>
  );
}
