import { useTranslation } from 'react-i18next';
import type { GalleryEntry } from '@shotloom/sdk';

/** Who it was, as far as strangers may know. */
export function PersonName({ person }: { person: GalleryEntry['author'] }) {
  const { t } = useTranslation();
  return <span>{person.is_me ? t('gallery.you') : (person.name ?? t('gallery.somebody'))}</span>;
}
