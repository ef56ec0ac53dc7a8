import { useRef } from 'react';
import { FileVideo2, ImagePlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../shared/i18n/format';
import type { Source } from '../../shared/jobs/draft';
import { cx } from '../../shared/ui/cx';
import { Problem } from '../../shared/ui/problem';
import { unfinishedNames } from '../../shared/uploads/unfinished';
import { useDrop } from '../../shared/uploads/use-drop';
import { usePaste } from '../../shared/uploads/use-paste';
import { acceptOf, type Limits } from './source-limits';
import { SourcePreview } from './source-preview';
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
  const filled = upload.status === 'sending' || upload.status === 'paused' || source !== null;
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
          <SourcePreview source={source} control={control} onReplace={choose} />
        ) : (
          <Invitation limits={limits} over={over} onChoose={choose} />
        )}
      </div>
      <Trouble control={control} />
    </div>
  );
}

/** How sending stands, for those who do not see the bar, and what went wrong. */
function Trouble({ control: { upload, resume } }: Pick<SourceFieldProps, 'control'>) {
  const { t } = useTranslation();
  return (
    <>
      <p className="visually-hidden" role="status">
        {t(`create.source.standing.${upload.status}`)}
      </p>
      {upload.status === 'failed' && <Problem error={upload.error} testId="upload-error" />}
      {upload.status === 'paused' && upload.error !== null && (
        <Problem error={upload.error} onRetry={resume} testId="upload-interrupted" />
      )}
    </>
  );
}

function Invitation({ limits, over, onChoose }: { limits: Limits; over: boolean; onChoose: () => void }) {
  const { t, i18n } = useTranslation();
  const picture = limits.kind === 'image';
  const Icon = picture ? ImagePlus : FileVideo2;
  const size = formatBytes(limits.maxBytes, i18n.language);
  const words = picture ? t('create.source.dropImage') : t('create.source.dropVideo');
  const [unfinished] = unfinishedNames(limits.kind);
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
      {unfinished !== undefined && (
        <small data-testid="unfinished-upload">{t('create.source.unfinished', { name: unfinished })}</small>
      )}
    </button>
  );
}
