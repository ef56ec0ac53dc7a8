import type { ReactNode } from 'react';
import { Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatSeconds } from '../i18n/format';
import styles from './media-tile.module.css';

/** The look of a tile, for the link or button that holds its face. */
export const tileClass: string = styles.tile ?? '';

interface TileFaceProps {
  readonly picture: ReactNode;
  /** Seconds; left out where there is no video yet. */
  readonly length?: number | undefined;
  readonly title: string;
  /** Below the title, on both sides of the line. */
  readonly children: ReactNode;
}

/** What is on a tile: a picture, how long the video runs, its name, and facts beneath. Text only, so that it fits into a button too. */
export function TileFace({ picture, length, title, children }: TileFaceProps) {
  const { i18n } = useTranslation();
  return (
    <>
      <span className={styles.picture}>
        {picture}
        {length !== undefined && (
          <span className={styles.length}>
            <Play aria-hidden />
            {formatSeconds(length, i18n.language)}
          </span>
        )}
      </span>
      <span className={styles.title}>{title}</span>
      <span className={styles.facts}>{children}</span>
    </>
  );
}
