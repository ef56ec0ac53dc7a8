import { Heart } from 'lucide-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { GalleryEntry } from '@shotloom/sdk';
import { patchEntry } from '../../shared/api/gallery';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Problem } from '../../shared/ui/problem';

/** Likes a video, or takes the like back. The count is the server's. */
export function LikeButton({ entry }: { entry: GalleryEntry }) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const { id, likes, liked_by_me: liked } = entry;
  const like = useMutation({
    mutationFn: () => (liked ? client.gallery.unlike(id) : client.gallery.like(id)),
    onSuccess: (now) => patchEntry(cache, id, () => now),
  });
  return (
    <>
      <Button
        size="sm"
        variant={liked ? 'primary' : 'quiet'}
        icon={<Heart aria-hidden fill={liked ? 'currentColor' : 'none'} />}
        busy={like.isPending}
        disabled={like.isPending}
        aria-pressed={liked}
        aria-label={t(liked ? 'gallery.unlike' : 'gallery.like')}
        onClick={() => like.mutate()}
        data-testid="gallery-like"
      >
        {likes}
      </Button>
      {like.isError && <Problem error={like.error} />}
    </>
  );
}
