import { useEffect, useRef, useState, type DragEvent } from 'react';
import { FileVideo2, ImagePlus, RefreshCw, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../shared/i18n/format';
import type { Source } from '../../shared/jobs/draft';
import { IconButton } from '../../shared/ui/button';
import { cx } from '../../shared/ui/cx';
import { Problem } from '../../shared/ui/problem';
import { acceptOf, type Limits } from './source-limits';
import type { SourceControl } from './use-source';
import styles from './source-field.module.css';

interface SourceFieldProps {
  readonly limits: Limits;
  readonly source: Source | null;
  readonly control: SourceControl;
}

/** Where a picture or clip is dropped, pasted or chosen, and what came of it. */
export function SourceField({ limits, source, control }: SourceFieldProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const { over, handlers } = useDrop(control.add);
  usePaste(control.add);
  const { upload } = control;
  const choose = () => input.current?.click();
  const filled = upload.status === 'sending' || source !== null;
  return (
    <div className={styles.field}>
      <span className={styles.label}>{t(`create.source.${limits.kind}`)}</span>
      <div
        className={cx(styles.zone, over && styles.over, filled && styles.filled)}
        data-testid="drop-zone"
        {...handlers}
      >
        <input
          ref={input}
          type="file"
          className="visually-hidden"
          tabIndex={-1}
          aria-hidden
          accept={acceptOf(limits.kind)}
          data-testid="file-input"
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file) control.add(file);
          }}
        />
        {filled ? (
          <Preview source={source} control={control} onReplace={choose} />
        ) : (
          <Invitation limits={limits} over={over} onChoose={choose} />
        )}
      </div>
      {upload.status === 'failed' && <Problem error={upload.error} testId="upload-error" />}
    </div>
  );
}

function Invitation({ limits, over, onChoose }: { limits: Limits; over: boolean; onChoose: () => void }) {
  const { t, i18n } = useTranslation();
  const picture = limits.kind === 'image';
  const Icon = picture ? ImagePlus : FileVideo2;
  const size = formatBytes(limits.maxBytes, i18n.language);
  const words = picture ? t('create.source.dropImage') : t('create.source.dropVideo');
  return (
    <button type="button" className={styles.invitation} onClick={onChoose}>
      <span className={styles.badge} aria-hidden>
        <Icon />
      </span>
      <strong>{over ? t('create.source.release') : words}</strong>
      <small>
        {picture
          ? t('create.source.imageLimits', { size })
          : t('create.source.videoLimits', { size, seconds: limits.maxSeconds ?? 60 })}
      </small>
    </button>
  );
}

interface PreviewProps {
  readonly source: Source | null;
  readonly control: SourceControl;
  readonly onReplace: () => void;
}

/** What is shown of the source: while it is sent what the page knows, afterwards what the server found. */
function useCaption(source: Source | null, upload: SourceControl['upload']) {
  const { t, i18n } = useTranslation();
  if (upload.status === 'sending') {
    const percent = Math.round(upload.share * 100);
    return { name: upload.fileName, thumb: upload.thumb, facts: t('create.source.uploading', { percent }) };
  }
  const size = source && source.sizeBytes > 0 ? ` · ${formatBytes(source.sizeBytes, i18n.language)}` : '';
  return {
    name: source?.fileName || t('create.source.reused'),
    thumb: source?.thumb ?? null,
    facts: `${source?.width ?? 0} × ${source?.height ?? 0}${size}`,
  };
}

function Preview({ source, control, onReplace }: PreviewProps) {
  const { t } = useTranslation();
  const { upload, remove } = control;
  const { name, thumb, facts } = useCaption(source, upload);
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
        <IconButton label={t('create.source.replace')} onClick={onReplace}>
          <RefreshCw aria-hidden />
        </IconButton>
        <IconButton label={t('create.source.remove')} onClick={remove} data-testid="remove-source">
          <X aria-hidden />
        </IconButton>
      </div>
      {upload.status === 'sending' && (
        <span
          className={styles.progress}
          style={{ '--share': upload.share }}
          role="progressbar"
          aria-label={name}
          aria-valuenow={Math.round(upload.share * 100)}
        />
      )}
    </div>
  );
}

function useDrop(add: (file: File) => void) {
  const [over, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer.files[0];
      if (file) add(file);
    },
  };
  return { over, handlers };
}

/** A picture that is pasted anywhere in the room. Pasted words stay words. */
function usePaste(add: (file: File) => void): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0];
      if (!file) return;
      event.preventDefault();
      add(file);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, [add]);
}
