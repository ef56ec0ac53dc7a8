import { useState } from 'react';
import { Images } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { GalleryEntry, GalleryPage } from '@shotloom/sdk';
import { isNotFound, useGallery, type GallerySort } from '../../shared/api/gallery';
import { useModels } from '../../shared/api/queries';
import { buttonClass } from '../../shared/ui/button';
import { Choice } from '../../shared/ui/choice';
import { Empty } from '../../shared/ui/empty';
import { SelectField } from '../../shared/ui/field';
import { ListEnd } from '../../shared/ui/list-end';
import { Problem } from '../../shared/ui/problem';
import { Room } from '../../shared/ui/room';
import { Tiles } from '../../shared/ui/tiles';
import { EntryDetail } from './entry-detail';
import { EntryTile } from './entry-tile';
import styles from './gallery-room.module.css';

const SORTS = ['new', 'top'] as const;

/** Gallery: what people show to others, in two orders, of any model or of one. */
export function GalleryRoom() {
  const { t } = useTranslation();
  const [sort, setSort] = useState<GallerySort>('new');
  const [model, setModel] = useState('');
  return (
    <Room
      title={t('gallery.title')}
      lead={t('gallery.lead')}
      aside={
        <div className={styles.filters}>
          <ModelFilter value={model} onChange={setModel} />
          <Choice
            label={t('gallery.sort.label')}
            hideLabel
            look="chips"
            options={SORTS.map((value) => ({ value, label: t(`gallery.sort.${value}`) }))}
            value={sort}
            onChange={setSort}
            testId="gallery-sort"
          />
        </div>
      }
    >
      <Entries sort={sort} model={model} />
    </Room>
  );
}

function ModelFilter({ value, onChange }: { value: string; onChange: (model: string) => void }) {
  const { t } = useTranslation();
  const models = useModels().data ?? [];
  return (
    <SelectField label={t('gallery.model')} value={value} onChange={onChange} data-testid="gallery-model">
      <option value="">{t('gallery.allModels')}</option>
      {models.map(({ id }) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </SelectField>
  );
}

function Entries({ sort, model }: { sort: GallerySort; model: string }) {
  const pages = useGallery(sort, model);
  if (pages.isError && isNotFound(pages.error)) return <SwitchedOff />;
  if (pages.isError) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />;
  const entries = pages.data?.pages.flatMap((page) => page.data);
  if (entries?.length === 0) return <NothingHere filtered={model !== ''} />;
  const loadingMore = pages.isFetchingNextPage;
  return (
    <>
      <Grid
        entries={entries}
        features={pages.data?.pages[0]?.features ?? NO_FEATURES}
        coming={!entries || loadingMore}
      />
      {entries && (
        <ListEnd
          hasMore={pages.hasNextPage}
          loadingMore={loadingMore}
          onMore={() => void pages.fetchNextPage()}
        />
      )}
    </>
  );
}

/** Before the first page has said what there is. */
const NO_FEATURES: GalleryPage['features'] = { likes: false, comments: false };

interface GridProps {
  /** Undefined while the first page is on its way. */
  readonly entries: readonly GalleryEntry[] | undefined;
  readonly features: GalleryPage['features'];
  readonly coming: boolean;
}

/** The tiles; one of them is open in a dialog. */
function Grid({ entries, features, coming }: GridProps) {
  const [openId, setOpenId] = useState<string | null>(null);
  const open = entries?.find(({ id }) => id === openId);
  return (
    <>
      <Tiles testId="gallery-grid" busy={entries === undefined} coming={coming}>
        {entries?.map((entry) => (
          <li key={entry.id}>
            <EntryTile entry={entry} onOpen={() => setOpenId(entry.id)} />
          </li>
        ))}
      </Tiles>
      {open && <EntryDetail entry={open} features={features} onClose={() => setOpenId(null)} />}
    </>
  );
}

function SwitchedOff() {
  const { t } = useTranslation();
  return (
    <Empty icon={<Images />} title={t('gallery.offTitle')} testId="gallery-off">
      {t('gallery.off')}
    </Empty>
  );
}

function NothingHere({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const action = (
    <Link to="/library" className={buttonClass('primary', 'md')}>
      {t('gallery.emptyAction')}
    </Link>
  );
  return (
    <Empty icon={<Images />} title={t('gallery.emptyTitle')} action={action} testId="gallery-empty">
      {t(filtered ? 'gallery.emptyFiltered' : 'gallery.empty')}
    </Empty>
  );
}
