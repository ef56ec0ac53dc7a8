import { Heart, MessageCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { GalleryEntry } from '@shotloom/sdk';
import { TileFace, tileClass } from '../../shared/ui/media-tile';
import { MovingPicture } from '../../shared/ui/moving-picture';
import { PersonName } from './person-name';
import styles from './entry-tile.module.css';

/** One video in the grid. It opens in a dialog. */
export function EntryTile({ entry, onOpen }: { entry: GalleryEntry; onOpen: () => void }) {
  const { t } = useTranslation();
  const title = entry.title ?? t('gallery.untitled');
  return (
    <button
      type="button"
      className={tileClass}
      aria-label={t('gallery.openEntry', { title })}
      aria-haspopup="dialog"
      onClick={onOpen}
      data-testid="gallery-entry"
      data-entry={entry.id}
    >
      <TileFace
        picture={<MovingPicture poster={entry.poster_url} video={entry.video_url} />}
        length={entry.duration}
        title={title}
      >
        <PersonName person={entry.author} />
        <span className={styles.counts}>
          <Heart aria-hidden />
          <span aria-label={t('gallery.likes', { count: entry.likes })}>{entry.likes}</span>
          <MessageCircle aria-hidden />
          <span aria-label={t('gallery.comments', { count: entry.comments })}>{entry.comments}</span>
        </span>
      </TileFace>
    </button>
  );
}
