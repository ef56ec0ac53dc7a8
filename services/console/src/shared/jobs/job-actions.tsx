import { useState } from 'react';
import { Ban, Download, RefreshCw, RotateCcw, Trash2 } from 'lucide-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { isFinished, type JobResource, type LiveJob } from '@shotloom/sdk';
import { dropJob, putJob } from '../api/job-cache';
import { keys, useJobLinks } from '../api/queries';
import { useClient } from '../api/session';
import { Button, buttonClass } from '../ui/button';
import { Modal } from '../ui/modal';
import { Problem } from '../ui/problem';
import { forgetSessionJob } from './session-jobs';
import styles from './job-actions.module.css';

/** Stops a job that runs. Where the engine must let go first, the job says that it is being cancelled. */
export function CancelButton({ job }: { job: LiveJob }) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => client.jobs.cancel(job.id),
    onSuccess: (read) => {
      putJob(cache, read);
      void cache.invalidateQueries({ queryKey: keys.me });
    },
  });
  if (isFinished(job)) return null;
  const busy = cancel.isPending || job.conditions.includes('cancelling');
  return (
    <>
      <Button
        size="sm"
        icon={<Ban aria-hidden />}
        busy={busy}
        disabled={busy}
        onClick={() => cancel.mutate()}
        data-testid="cancel"
      >
        {t(busy ? 'job.actions.cancelling' : 'job.actions.cancel')}
      </Button>
      {cancel.isError && <Problem error={cancel.error} />}
    </>
  );
}

/** Makes an ended job once more. One that has a video gets another seed: with the same it would be the same video. */
export function RetryButton({ job, onRetried }: { job: LiveJob; onRetried: (job: JobResource) => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const hasVideo = job.status === 'completed';
  const retry = useMutation({
    mutationFn: () => client.jobs.retry(job.id, { seed: hasVideo ? 'random' : 'same' }),
    onSuccess: (made) => {
      putJob(cache, made);
      void cache.invalidateQueries({ queryKey: keys.me });
      void cache.invalidateQueries({ queryKey: keys.jobLists });
      onRetried(made);
    },
  });
  if (!isFinished(job)) return null;
  const word = hasVideo ? 'anotherTake' : 'retry';
  return (
    <>
      <Button
        size="sm"
        icon={<RefreshCw aria-hidden />}
        busy={retry.isPending}
        disabled={retry.isPending}
        onClick={() => retry.mutate()}
        data-testid="retry"
      >
        {t(`job.actions.${retry.isPending ? 'retrying' : word}`)}
      </Button>
      {retry.isError && <Problem error={retry.error} testId="retry-error" />}
    </>
  );
}

/** The file itself, under a good name. */
export function DownloadLink({ job, primary }: { job: LiveJob; primary?: boolean }) {
  const { t } = useTranslation();
  const links = useJobLinks(job.id, job.status === 'completed');
  if (!links.data) return null;
  return (
    <a
      className={buttonClass(primary ? 'primary' : 'quiet', 'sm')}
      href={links.data.download_url}
      download
      data-testid="download"
    >
      <Download aria-hidden />
      {t('job.actions.download')}
    </a>
  );
}

export function ReuseButton({ onReuse }: { onReuse: () => void }) {
  const { t } = useTranslation();
  return (
    <Button size="sm" icon={<RotateCcw aria-hidden />} onClick={onReuse} data-testid="reuse">
      {t('job.actions.reuse')}
    </Button>
  );
}

/** Removes a job and its video, after asking. */
export function DeleteButton({ job, onDeleted }: { job: LiveJob; onDeleted: () => void }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        icon={<Trash2 aria-hidden />}
        onClick={() => setAsking(true)}
        data-testid="delete"
      >
        {t('job.actions.delete')}
      </Button>
      {asking && <ConfirmDelete job={job} onKeep={() => setAsking(false)} onDeleted={onDeleted} />}
    </>
  );
}

interface ConfirmProps {
  readonly job: LiveJob;
  readonly onKeep: () => void;
  readonly onDeleted: () => void;
}

function ConfirmDelete({ job, onKeep, onDeleted }: ConfirmProps) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => client.jobs.delete(job.id),
    onSuccess: () => {
      onDeleted();
      forgetSessionJob(job.id);
      dropJob(cache, job.id);
      void cache.invalidateQueries({ queryKey: keys.me });
    },
  });
  return (
    <Modal title={t('job.actions.confirmDelete')} onClose={onKeep} testId="confirm-delete">
      <p className={styles.hint}>{t('job.actions.confirmDeleteHint')}</p>
      {remove.isError && <Problem error={remove.error} />}
      <div className={styles.row}>
        <Button onClick={onKeep} data-autofocus>
          {t('job.actions.keep')}
        </Button>
        <Button
          variant="danger"
          busy={remove.isPending}
          disabled={remove.isPending}
          onClick={() => remove.mutate()}
          data-testid="confirm-delete-yes"
        >
          {t(remove.isPending ? 'job.actions.deleting' : 'job.actions.deleteForGood')}
        </Button>
      </div>
    </Modal>
  );
}
