import { useEffect, useRef, useState } from 'react';
import { Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { isFinished, type LiveJob } from '@shotloom/sdk';
import { useJobLinks } from '../../shared/api/queries';
import { formatAgo, formatSeconds } from '../../shared/i18n/format';
import { JobProgress, JobStatusBadge, PhaseIcon } from '../../shared/jobs/job-status';
import styles from './job-tile.module.css';

/** One job in the grid: its poster, which moves under the pointer, or how it stands. */
export function JobTile({ job }: { job: LiveJob }) {
  const { t, i18n } = useTranslation();
  const { element, seen } = useSeen();
  const [hovered, setHovered] = useState(false);
  const prompt = job.prompt || t('job.noPrompt');
  return (
    <Link
      ref={element}
      to={`/library/${job.id}`}
      className={styles.tile}
      aria-label={t('library.openJob', { prompt })}
      data-testid="library-item"
      data-job={job.id}
      data-status={job.status}
      onPointerEnter={(event) => setHovered(event.pointerType === 'mouse')}
      onPointerLeave={() => setHovered(false)}
    >
      <div className={styles.picture}>
        {job.status === 'completed' ? (
          <Poster job={job} wanted={seen} playing={hovered} />
        ) : (
          <div className={styles.state}>
            <PhaseIcon job={job} large />
            {job.error && <p>{job.error.message}</p>}
          </div>
        )}
        {!isFinished(job) && (
          <div className={styles.progress}>
            <JobProgress job={job} />
          </div>
        )}
      </div>
      <p className={styles.prompt}>{prompt}</p>
      <p className={styles.facts}>
        <JobStatusBadge job={job} />
        <span>{formatAgo(job.created_at, i18n.language)}</span>
      </p>
    </Link>
  );
}

function Poster({ job, wanted, playing }: { job: LiveJob; wanted: boolean; playing: boolean }) {
  const { i18n } = useTranslation();
  const { data } = useJobLinks(job.id, wanted);
  const [failed, setFailed] = useState(false);
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const poster = data?.poster_url;
  return (
    <>
      {poster && !failed && <img src={poster} alt="" loading="lazy" onError={() => setFailed(true)} />}
      {/* Without a poster the first frame stands in for it. */}
      {data && (!poster || failed || (playing && !still)) && (
        <video
          src={`${data.video_url}#t=0.1`}
          muted
          loop
          playsInline
          preload="metadata"
          autoPlay={playing && !still}
        />
      )}
      <span className={styles.length}>
        <Play aria-hidden />
        {formatSeconds(job.output?.duration_seconds ?? job.duration, i18n.language)}
      </span>
    </>
  );
}

/** Whether the tile has come near the visible part of the page: links are asked for then, not before. */
function useSeen() {
  const element = useRef<HTMLAnchorElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || !element.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true), {
      rootMargin: '300px',
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [seen]);
  return { element, seen };
}
