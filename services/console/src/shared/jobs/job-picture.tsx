import { useEffect } from 'react';
import type { LiveJob } from '@shotloom/sdk';
import { useJobLinks } from '../api/queries';
import { MovingPicture } from '../ui/moving-picture';
import type { Attention } from '../ui/use-attention';

/** What was not made yet is asked for again after this long. */
const ASKED_AGAIN_MS = 5_000;

interface JobPictureProps {
  readonly job: LiveJob;
  /** Links are asked for then, not before. */
  readonly wanted: boolean;
  readonly attention: Attention;
}

/** The still of a finished job, which moves while somebody attends to it. */
export function JobPicture({ job, wanted, attention }: JobPictureProps) {
  const { data, dataUpdatedAt, refetch } = useJobLinks(job.id, wanted);
  const incomplete = data !== undefined && (!data.preview_url || !data.spritesheet || !data.poster_url);
  // A preview comes some time after its video.
  useEffect(() => {
    if (attention.active && incomplete && Date.now() - dataUpdatedAt > ASKED_AGAIN_MS) void refetch();
  }, [attention.active, incomplete, dataUpdatedAt, refetch]);
  if (!data) return null;
  const { video_url: video, poster_url: poster, preview_url: preview, spritesheet } = data;
  return (
    <MovingPicture
      poster={poster}
      video={video}
      preview={preview}
      sheet={spritesheet}
      attention={attention}
    />
  );
}
