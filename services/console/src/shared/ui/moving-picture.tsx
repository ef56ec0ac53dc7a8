import { useState } from 'react';
import type { Attention } from './use-attention';
import { useReducedMotion } from './use-reduced-motion';
import styles from './moving-picture.module.css';

/** Small pictures of a whole video on one sheet, row by row. */
export interface Sheet {
  readonly url: string;
  readonly columns: number;
  readonly rows: number;
  readonly frames: number;
  readonly tile_width: number;
  readonly tile_height: number;
}

interface MovingPictureProps {
  readonly poster: string | null;
  readonly video: string;
  /** A short moving picture; null where it was not made (yet). */
  readonly preview?: string | null | undefined;
  readonly sheet?: Sheet | null | undefined;
  readonly attention?: Attention;
}

const IGNORED: Attention = { active: false, scrub: null };

/**
 * A still of a video that moves while somebody attends to it, and shows the moment that the pointer asks for. Nothing that moves is
 * fetched before, and nothing moves by itself for those who do not want that; following the pointer is not by itself.
 */
export function MovingPicture({ poster, video, preview, sheet, attention = IGNORED }: MovingPictureProps) {
  const still = useReducedMotion();
  const [broken, setBroken] = useState<readonly string[]>([]);
  const usable = (url: string | null | undefined) => (url && !broken.includes(url) ? url : null);
  const spoil = (url: string) => () => setBroken((now) => [...now, url]);
  const [stillUrl, movingUrl] = [usable(poster), usable(preview)];
  const plays = attention.active && !still;
  const scrubbed = attention.scrub !== null && sheet && usable(sheet.url) ? sheet : null;
  return (
    <span className={styles.layers} data-picture>
      {stillUrl && <img src={stillUrl} alt="" loading="lazy" decoding="async" onError={spoil(stillUrl)} />}
      {/* Without a poster the first frame stands in for it; without a preview the video itself plays. */}
      {(!stillUrl || (plays && !movingUrl)) && (
        <video
          key={String(plays)}
          src={`${video}#t=0.1`}
          muted
          loop
          playsInline
          preload="metadata"
          tabIndex={-1}
          autoPlay={plays}
        />
      )}
      {plays && movingUrl && (
        <img src={movingUrl} alt="" onError={spoil(movingUrl)} data-testid="moving-preview" />
      )}
      {scrubbed && <Scrubbed sheet={scrubbed} at={attention.scrub ?? 0} onError={spoil(scrubbed.url)} />}
    </span>
  );
}

interface ScrubbedProps {
  readonly sheet: Sheet;
  readonly at: number;
  readonly onError: () => void;
}

/** The picture of one moment, and where in the video it is. */
function Scrubbed({ sheet, at, onError }: ScrubbedProps) {
  const { url, columns, rows, frames, tile_width: width, tile_height: height } = sheet;
  const frame = Math.min(frames - 1, Math.floor(at * frames));
  return (
    <>
      <span
        className={styles.sheet}
        style={{
          '--shape': width / height,
          '--columns': columns,
          '--rows': rows,
          '--column': frame % columns,
          '--row': Math.floor(frame / columns),
        }}
        data-testid="scrubbed"
        data-frame={frame}
      >
        <img src={url} alt="" onError={onError} />
      </span>
      <span className={styles.bar} style={{ '--share': (frame + 1) / frames }} />
    </>
  );
}
