import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { galleryKeys } from '../api/gallery';
import { useClient } from '../api/session';
import { Button } from '../ui/button';
import { Confirm } from '../ui/panel';

/** Closes the link of a job, after asking. */
export function RevokeButton({ jobId }: { jobId: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const revoke = async () => {
    await client.shares.revoke(jobId);
    cache.setQueryData(galleryKeys.share(jobId), null);
    await cache.invalidateQueries({ queryKey: galleryKeys.lists });
  };
  return (
    <>
      <Button variant="ghost" onClick={() => setAsking(true)} data-testid="share-revoke">
        {t('gallery.share.revoke')}
      </Button>
      {asking && (
        <Confirm
          title={t('gallery.share.revokeTitle')}
          hint={t('gallery.share.revokeHint')}
          action={t('gallery.share.revoke')}
          onConfirm={revoke}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
