import { useTranslation } from 'react-i18next';
import type { GalleryEntry, GalleryPage } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { formatAgo } from '../../shared/i18n/format';
import { buttonClass } from '../../shared/ui/button';
import { Frame } from '../../shared/ui/frame';
import { Modal } from '../../shared/ui/modal';
import { Tag } from '../../shared/ui/panel';
import { Comments } from './comments';
import { LikeButton } from './like-button';
import { PersonName } from './person-name';
import { ReportButton } from './report-button';
import styles from './entry-detail.module.css';

interface EntryDetailProps {
  readonly entry: GalleryEntry;
  readonly features: GalleryPage['features'];
  readonly onClose: () => void;
}

/** One video with what its maker shows of it, and what others say. */
export function EntryDetail({ entry, features, onClose }: EntryDetailProps) {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const title = entry.title ?? t('gallery.untitled');
  return (
    <Modal title={title} onClose={onClose} wide testId="gallery-detail">
      <div className={styles.detail}>
        <Frame width={entry.width} height={entry.height}>
          <video
            className={styles.video}
            src={entry.video_url}
            poster={entry.poster_url ?? undefined}
            controls
            playsInline
            preload="metadata"
            aria-label={title}
            data-testid="gallery-video"
          />
        </Frame>
        <div className={styles.side}>
          <p className={styles.facts}>
            <Tag>{t('gallery.generated')}</Tag>
            <span>{entry.model}</span>
            {entry.label !== null && <span>{entry.label}</span>}
          </p>
          <p className={styles.facts}>
            <PersonName person={entry.author} />
            <span>{formatAgo(entry.published_at, i18n.language)}</span>
          </p>
          {entry.prompt !== null && <p className={styles.prompt}>{entry.prompt}</p>}
          <div className={styles.facts}>
            {features.likes && <LikeButton entry={entry} />}
            <a className={buttonClass('quiet', 'sm')} href={entry.page_url} target="_blank" rel="noreferrer">
              {t('gallery.page')}
            </a>
            {!entry.author.is_me && (
              <ReportButton onReport={(reason) => client.gallery.report(entry.id, reason)} />
            )}
          </div>
          {features.comments && <Comments entryId={entry.id} />}
        </div>
      </div>
    </Modal>
  );
}
