import { ImagePlus, Pause, Play, RefreshCw, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../shared/i18n/format';
import type { Source } from '../../shared/jobs/draft';
import { IconButton } from '../../shared/ui/button';
import type { SourceControl } from './use-source';
import styles from './source-field.module.css';

interface SourcePreviewProps {
  readonly source: Source | null;
  readonly control: SourceControl;
  readonly onReplace: () => void;
}

/** What is shown of the source: while it is sent what the page knows, afterwards what the server found. */
function useCaption(source: Source | null, upload: SourceControl['upload']) {
  const { t, i18n } = useTranslation();
  if (upload.status === 'sending' || upload.status === 'paused') {
    const percent = Math.round(upload.share * 100);
    const facts = t(upload.status === 'sending' ? 'create.source.uploading' : 'create.source.paused', {
      percent,
    });
    return { name: upload.fileName, thumb: upload.thumb, facts, percent };
  }
  const size = source && source.sizeBytes > 0 ? ` · ${formatBytes(source.sizeBytes, i18n.language)}` : '';
  return {
    name: source?.fileName || t('create.source.reused'),
    thumb: source?.thumb ?? null,
    facts: `${source?.width ?? 0} × ${source?.height ?? 0}${size}`,
    percent: null,
  };
}

export function SourcePreview({ source, control, onReplace }: SourcePreviewProps) {
  const { t } = useTranslation();
  const { name, thumb, facts, percent } = useCaption(source, control.upload);
  return (
    <div className={styles.preview}>
      {thumb ? (
        <img src={thumb} alt={t('create.source.preview', { name })} className={styles.picture} />
      ) : (
        <span className={styles.noPicture} aria-hidden>
          <ImagePlus />
        </span>
      )}
      <div className={styles.bar}>
        <div className={styles.name}>
          <span>{name}</span>
          <small data-testid="upload-status">{facts}</small>
        </div>
        <Actions control={control} onReplace={onReplace} />
      </div>
      {percent !== null && (
        <span
          className={styles.progress}
          style={{ '--share': percent / 100 }}
          role="progressbar"
          aria-label={name}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-valuetext={facts}
        />
      )}
    </div>
  );
}

function Actions({ control, onReplace }: Pick<SourcePreviewProps, 'control' | 'onReplace'>) {
  const { t } = useTranslation();
  const { upload, pause, resume, remove } = control;
  const underWay = upload.status === 'sending' || upload.status === 'paused';
  return (
    <>
      {upload.status === 'sending' && upload.canPause && (
        <IconButton label={t('create.source.pause')} onClick={pause} data-testid="pause-upload">
          <Pause aria-hidden />
        </IconButton>
      )}
      {upload.status === 'paused' && (
        <IconButton label={t('create.source.resume')} onClick={resume} data-testid="resume-upload">
          <Play aria-hidden />
        </IconButton>
      )}
      {!underWay && (
        <IconButton label={t('create.source.replace')} onClick={onReplace}>
          <RefreshCw aria-hidden />
        </IconButton>
      )}
      <IconButton
        label={t(underWay ? 'create.source.cancel' : 'create.source.remove')}
        onClick={remove}
        data-testid="remove-source"
      >
        <X aria-hidden />
      </IconButton>
    </>
  );
}
