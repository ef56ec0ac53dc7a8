import { useState } from 'react';
import { Heart, MessageCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { GalleryEntry } from '@shotloom/sdk';
import { formatSeconds } from '../../shared/i18n/format';
import { PersonName } from './person-name';
import styles from './entry-tile.module.css';

/** One video in the grid. It opens in a dialog. */
export function EntryTile({ entry, onOpen }: { entry: GalleryEntry; onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const title = entry.title ?? t('gallery.untitled');
  return (
    <button
      type="button"
      className={styles.tile}
      aria-label={t('gallery.openEntry', { title })}
      aria-haspopup="dialog"
      onClick={onOpen}
      data-testid="gallery-entry"
      data-entry={entry.id}
    >
      <span className={styles.picture}>
        <Poster entry={entry} />
        <span className={styles.length}>{formatSeconds(entry.duration, i18n.language)}</span>
      </span>
      <span className={styles.title}>{title}</span>
      <span className={styles.facts}>
        <PersonName person={entry.author} />
        <span className={styles.counts}>
          <Heart aria-hidden />
          <span aria-label={t('gallery.likes', { count: entry.likes })}>{entry.likes}</span>
          <MessageCircle aria-hidden />
          <span aria-label={t('gallery.comments', { count: entry.comments })}>{entry.comments}</span>
        </span>
      </span>
    </button>
  );
}

/** Without a poster the first frame stands in for it. */
function Poster({ entry }: { entry: GalleryEntry }) {
  const [failed, setFailed] = useState(false);
  const { poster_url: poster, video_url: video } = entry;
  return poster !== null && !failed ? (
    <img src={poster} alt="" loading="lazy" onError={() => setFailed(true)} />
  ) : (
    <video src={`${video}#t=0.1`} muted playsInline preload="metadata" tabIndex={-1} />
  );
}
