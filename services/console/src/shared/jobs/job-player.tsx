import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveJob } from '@shotloom/sdk';
import { useJobLinks } from '../api/queries';
import { Problem } from '../ui/problem';
import { Skeleton } from '../ui/skeleton';
import styles from './job-player.module.css';

/** The finished video, in a frame of its real shape. A link that has run out is asked for again. */
export function JobPlayer({ job, autoPlay }: { job: LiveJob; autoPlay?: boolean }) {
  const { t } = useTranslation();
  const links = useJobLinks(job.id, job.status === 'completed');
  const [broken, setBroken] = useState(false);
  const reload = () => {
    setBroken(false);
    void links.refetch();
  };
  if (links.isError) return <Problem error={links.error} onRetry={reload} />;
  if (broken) return <Problem error={new Error(t('job.playerFailed'))} onRetry={reload} />;
  if (!links.data) return <Skeleton className={styles.fill} />;
  const prompt = job.prompt || t('job.noPrompt');
  return (
    <video
      className={styles.fill}
      src={links.data.video_url}
      poster={links.data.poster_url ?? undefined}
      controls
      loop
      playsInline
      muted={autoPlay}
      autoPlay={autoPlay && !prefersStillness()}
      preload="metadata"
      aria-label={t('job.videoOf', { prompt })}
      onError={() => setBroken(true)}
      data-testid="player"
    />
  );
}

function prefersStillness(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}
