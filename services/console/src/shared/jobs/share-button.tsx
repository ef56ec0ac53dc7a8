import { useState } from 'react';
import { Share2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LiveJob } from '@shotloom/sdk';
import { useShare } from '../api/gallery';
import { Button } from '../ui/button';
import { Modal } from '../ui/modal';
import { panelStyles, RowsComing } from '../ui/panel';
import { Problem } from '../ui/problem';
import { ShareForm } from './share-form';

/** Opens the way to a public link. Only what is finished can be shared. */
export function ShareButton({ job }: { job: LiveJob }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (job.status !== 'completed') return null;
  return (
    <>
      <Button
        size="sm"
        icon={<Share2 aria-hidden />}
        onClick={() => setOpen(true)}
        aria-haspopup="dialog"
        data-testid="share"
      >
        {t('gallery.share.action')}
      </Button>
      {open && <ShareDialog jobId={job.id} onClose={() => setOpen(false)} />}
    </>
  );
}

function ShareDialog({ jobId, onClose }: { jobId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useShare(jobId);
  return (
    <Modal title={t('gallery.share.title')} onClose={onClose} testId="share-dialog">
      <div className={panelStyles.form}>
        <p>{t('gallery.share.lead')}</p>
        {query.isPending && <RowsComing count={2} />}
        {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
        {query.data !== undefined && (
          <ShareForm key={query.data?.url ?? ''} jobId={jobId} share={query.data} />
        )}
      </div>
    </Modal>
  );
}
